/* SPDX-License-Identifier: MIT */
/* The first words after power-on, heard while the model is still being loaded. */
#ifndef STORYTELLER_GREETING_H
#define STORYTELLER_GREETING_H

#include "settings.h"
#include "voice/speaker.h"

/* Whether the image's clips are of this voice, speed and pitch. */
bool clips_fit(const struct settings *settings);

/* Play "Hello!" and "Once upon a time,", with which the next story begins; that is not spoken a
 * second time. Does nothing if the clips do not fit. */
void greeting_play(struct speaker *speaker, const struct settings *settings);

#endif
