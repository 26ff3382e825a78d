/* SPDX-License-Identifier: MIT */
#include "voice/trial.h"

#include <stdlib.h>
#include <time.h>

/* Of the story's first words, as they are the ones to come. */
#define WORD "Once!"

static bool count_samples(void *user, const int16_t *samples, size_t count) {
    size_t *total = user;

    (void)samples;
    *total += count;
    return true;
}

/* What others do meanwhile, such as loading the model, does not count. */
static double processor_s(void) {
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double trial_cost(struct speech *speech) {
    size_t samples = 0;
    const struct speech_sink sink = {count_samples, NULL, &samples};
    double begun_s = processor_s();

    speech_say(speech, WORD, &sink);
    return samples > 0 ? (processor_s() - begun_s) * speech->rate / (double)samples : 0.0;
}

bool trial_may_be_slow(void) {
    return getenv("STORYTELLER_SLOW") != NULL;
}
