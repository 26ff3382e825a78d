/* SPDX-License-Identifier: MIT */
/* Another voice that parents choose while stories are told. */
#ifndef STORYTELLER_CHANGE_VOICE_H
#define STORYTELLER_CHANGE_VOICE_H

#include "teller.h"

/* Between two stories: if the settings name another voice than the one that speaks, it speaks from
 * now on. There is memory for one at a time. If it cannot, the one before goes on, which is said.
 * Returns false with the reason in problem when that one cannot, either. */
bool change_voice(struct teller *teller, char problem[SPEECH_PROBLEM_BYTES]);

/* Clips of the image are used as long as they sound like the voice that speaks. */
void change_clips(struct teller *teller);

#endif
