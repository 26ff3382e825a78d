/* SPDX-License-Identifier: MIT */
/* voice_driver VOICE: stops a sentence at its first part, says another one, and opens the voice
 * again for a third. A line for each: how many samples it gave, a sum of them, and at which sample
 * each word began. */
#include <inttypes.h>
#include <stdio.h>

#include "voice/speech.h"

#define MOST_WORDS 32

struct listener {
    size_t samples;
    uint32_t sum;
    size_t words[MOST_WORDS];
    size_t count;
    bool is_patient;
};

static bool take_part(void *user, const int16_t *samples, size_t count) {
    struct listener *listener = user;

    for (size_t i = 0; i < count; i++) {
        listener->sum = listener->sum * 31 + (uint16_t)samples[i];
    }
    listener->samples += count;
    return listener->is_patient;
}

static void begin_word(void *user) {
    struct listener *listener = user;

    if (listener->count < MOST_WORDS) {
        listener->words[listener->count++] = listener->samples;
    }
}

static void say(struct speech *speech, const char *sentence, bool is_patient) {
    struct listener listener = {.is_patient = is_patient};
    const struct speech_sink sink = {take_part, begin_word, &listener};

    speech->say(speech, sentence, &sink);
    printf("%zu %" PRIu32, listener.samples, listener.sum);
    for (size_t i = 0; i < listener.count; i++) {
        printf(" %zu", listener.words[i]);
    }
    printf("\n");
}

int main(int count, char **arguments) {
    char problem[SPEECH_PROBLEM_BYTES];

    for (int i = 0; i < 2; i++) {
        struct speech *speech = count == 2 ? speech_open(arguments[1], problem) : NULL;

        if (speech == NULL) {
            return 1;
        }
        if (i == 0) {
            say(speech, "Once upon a time, there was a dog, and the dog was very big.", false);
        }
        say(speech, "Hello, 12 well-known bears!", true);
        speech->close(speech);
    }
    return 0;
}
