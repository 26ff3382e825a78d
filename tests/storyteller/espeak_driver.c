/* SPDX-License-Identifier: MIT */
/* Stops a sentence at its first part, says another one, and opens the voice again for a third: how
 * many samples each of them gave. */
#include <stdio.h>

#include "voice/speech.h"

struct listener {
    size_t samples;
    bool is_patient;
};

static bool take_part(void *user, const int16_t *samples, size_t count) {
    struct listener *listener = user;

    (void)samples;
    listener->samples += count;
    return listener->is_patient;
}

static void say(struct speech *speech, const char *sentence, bool is_patient) {
    struct listener listener = {.is_patient = is_patient};

    const struct speech_sink sink = {take_part, NULL, &listener};

    speech->say(speech, sentence, &sink);
    printf("%zu\n", listener.samples);
}

int main(void) {
    for (int i = 0; i < 2; i++) {
        struct speech *speech = speech_open("espeak");

        if (speech == NULL) {
            return 1;
        }
        if (i == 0) {
            say(speech, "Once upon a time, there was a dog, and the dog was very big.", false);
        }
        say(speech, "Hello!", true);
        speech->close(speech);
    }
    return 0;
}
