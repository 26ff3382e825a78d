/* SPDX-License-Identifier: MIT */
/* say VOICE SPEED PITCH FILE TEXT: renders a sentence into a WAV file, as the storyteller's voice
 * says it, without the silence around it.
 *
 * With - for FILE it is only measured: there is a line of output when the voice is open, one at its
 * first sound, and one at the end, which tells how much was said. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sound/sound.h"
#include "voice/speech.h"

#define LOUDEST 30 /* of silence */
#define LEAD_MS 20
#define TAIL_MS 150

struct take {
    int16_t *samples;
    size_t count;
    bool is_whole;
};

static bool take_samples(void *user, const int16_t *samples, size_t count) {
    struct take *take = user;
    int16_t *more = realloc(take->samples, (take->count + count) * sizeof(*samples));

    if (more == NULL) {
        take->is_whole = false;
        return false;
    }
    memcpy(more + take->count, samples, count * sizeof(*samples));
    take->samples = more;
    take->count += count;
    return true;
}

static bool is_silent(int16_t sample) {
    return sample <= LOUDEST && sample >= -LOUDEST;
}

/* The part from shortly before the first sound to shortly behind the last. */
static int16_t *trim(const struct take *take, unsigned rate, size_t *count) {
    size_t lead = (size_t)rate * LEAD_MS / 1000, tail = (size_t)rate * TAIL_MS / 1000;
    size_t start = 0, end = take->count;

    while (start < end && is_silent(take->samples[start])) {
        start++;
    }
    while (end > start && is_silent(take->samples[end - 1])) {
        end--;
    }
    start = start > lead ? start - lead : 0;
    end = end + tail < take->count ? end + tail : take->count;
    *count = end - start;
    return take->samples + start;
}

static int write_file(const char *path, const struct take *take, unsigned rate) {
    struct sound *sound = sound_open_wav(path, rate);
    size_t count;
    int16_t *samples = trim(take, rate, &count);
    bool ok;

    if (sound == NULL) {
        fprintf(stderr, "say: cannot write %s: %s\n", path, strerror(errno));
        return 1;
    }
    ok = count > 0 && sound->write(sound, samples, count) == (long)count;
    sound->close(sound);
    if (!ok) {
        fprintf(stderr, "say: %s: nothing was said, or the disk is full\n", path);
    }
    return ok ? 0 : 1;
}

static void say_when(const char *what) {
    puts(what);
    fflush(stdout);
}

static bool count_samples(void *user, const int16_t *samples, size_t count) {
    size_t *said = user;
    (void)samples;
    if (*said == 0) {
        say_when("first sound");
    }
    *said += count;
    return true;
}

static int measure(struct speech *speech, const char *text) {
    size_t said = 0;
    struct speech_sink sink = {count_samples, NULL, &said};

    say_when("open");
    speech_say(speech, text, &sink);
    printf("%zu samples, %u a second\n", said, speech->rate);
    return 0;
}

static int render(struct speech *speech, const char *path, const char *text) {
    struct take take = {.is_whole = true};
    struct speech_sink sink = {take_samples, NULL, &take};
    int status;

    speech_say(speech, text, &sink);
    status = take.is_whole ? write_file(path, &take, speech->rate) : 1;
    free(take.samples);
    return status;
}

int main(int count, char **words) {
    char problem[SPEECH_PROBLEM_BYTES];
    struct speech *speech;
    int status;

    if (count != 6) {
        fprintf(stderr, "usage: say VOICE SPEED PITCH FILE TEXT\n");
        return 2;
    }
    speech = speech_open(words[1], problem);
    if (speech == NULL) {
        fprintf(stderr, "say: %s\n", problem);
        return 2;
    }
    speech_set_speed(speech, atoi(words[2]));
    speech->set_pitch(speech, atoi(words[3]));
    status =
        strcmp(words[4], "-") == 0 ? measure(speech, words[5]) : render(speech, words[4], words[5]);
    speech->close(speech);
    return status;
}
