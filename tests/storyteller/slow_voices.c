/* SPDX-License-Identifier: MIT */
/* Instead of voices.c: slt; tortoise, which thinks longer than it speaks; and hare, which does not
 * think at all. */
#include <stdlib.h>
#include <time.h>

#include "voice/speech.h"
#include "voice/speech_flite.h"

#define RATE 24000u
#define SAMPLES (RATE / 10) /* of each sentence */

FLITE_VOICE(slt, cmu_us_slt)

static double thought_s(void) {
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void hum(struct speech *speech, const char *sentence, const struct speech_sink *sink) {
    static const int16_t sound[SAMPLES] = {8000};

    (void)speech;
    (void)sentence;
    (void)sink->take(sink->user, sound, SAMPLES);
}

static void think_and_hum(struct speech *speech, const char *sentence,
                          const struct speech_sink *sink) {
    double end_s = thought_s() + (double)SAMPLES / RATE;

    while (thought_s() < end_s) {
        continue;
    }
    hum(speech, sentence, sink);
}

static void set(struct speech *speech, int percent) {
    (void)speech;
    (void)percent;
}

static void close_voice(struct speech *speech) {
    free(speech);
}

static struct speech *open_slow(char *problem) {
    struct speech *speech = malloc(sizeof(*speech));

    (void)problem;
    if (speech != NULL) {
        *speech = (struct speech){RATE, 0, think_and_hum, set, set, close_voice, false};
    }
    return speech;
}

static struct speech *open_fast(char *problem) {
    struct speech *speech = open_slow(problem);

    if (speech != NULL) {
        speech->say = hum;
    }
    return speech;
}

const struct voice VOICES[] = {
    {"slt", open_slt, 190},
    {"tortoise", open_slow, 135},
    {"hare", open_fast, 135},
    {NULL, NULL, 0},
};
