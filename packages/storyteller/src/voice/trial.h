/* SPDX-License-Identifier: MIT */
/* Whether this processor is fast enough for a voice. */
#ifndef STORYTELLER_TRIAL_H
#define STORYTELLER_TRIAL_H

#include <stdbool.h>

#include "voice/speech.h"

/* Inventing at the pace of speech and the system need the rest. */
#define TRIAL_COST_MOST 0.75

/* Seconds of this thread's processor time that the voice needs for a second of speech, by one word
 * that nobody hears. A voice that says nothing costs nothing. */
double trial_cost(struct speech *speech);

/* Whether the environment lets a voice be too slow, and so as silent as if it hung: on an emulated
 * board, where nobody listens. */
bool trial_may_be_slow(void);

#endif
