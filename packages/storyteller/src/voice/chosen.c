/* SPDX-License-Identifier: MIT */
#include "voice/chosen.h"

#include <stdio.h>
#include <string.h>

#include "voice/trial.h"

/* The usual voice has to do; others may be too slow. */
static bool is_fast_enough(const char *name, struct speech *speech) {
    return strcmp(name, VOICES[0].name) == 0 || trial_may_be_slow() ||
           trial_cost(speech) <= TRIAL_COST_MOST;
}

/* A voice if it is there and, where there is another, fast enough. */
static struct speech *open_fast(const char *name, char problem[SPEECH_PROBLEM_BYTES]) {
    struct speech *speech = speech_open(name, problem);

    if (speech == NULL || is_fast_enough(name, speech)) {
        return speech;
    }
    snprintf(problem, SPEECH_PROBLEM_BYTES, "this processor is too slow for the voice %s", name);
    speech->close(speech);
    return NULL;
}

bool chosen_open(struct chosen *chosen, struct settings *settings, const char *other,
                 char problem[SPEECH_PROBLEM_BYTES]) {
    struct speech *speech;

    problem[0] = '\0';
    speech = open_fast(settings->voice, problem);
    if (speech == NULL && strcmp(settings->voice, other) != 0) {
        char worse[SPEECH_PROBLEM_BYTES];

        snprintf(settings->voice, sizeof(settings->voice), "%s", other);
        speech = open_fast(other, worse);
    }
    chosen->speech = speech;
    if (speech == NULL) {
        return false;
    }
    chosen->name = speech_find(VOICES, settings->voice)->name;
    speech_set_speed(speech, settings->speed);
    speech->set_pitch(speech, settings->pitch);
    return true;
}

void chosen_close(struct chosen *chosen) {
    if (chosen->speech != NULL) {
        chosen->speech->close(chosen->speech);
    }
    chosen->speech = NULL;
}
