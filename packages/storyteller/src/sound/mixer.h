/* SPDX-License-Identifier: MIT */
/* A sound card's own switches and volumes, which may be off when it comes up: what plays is
 * switched on and set to 0 dB, as loud as the sound is and never louder, or to the maximum where
 * the card tells no decibels.
 *
 * Nothing that may carry a microphone or another input to the loudspeaker is touched: an element
 * whose name has a word of an input; and, on a card that can record, each that is not surely an
 * output's. How loud the voice is stays the business of gain.h, below the parents' limit. */
#ifndef STORYTELLER_MIXER_H
#define STORYTELLER_MIXER_H

#include <sys/types.h>

#define MIXER_CARDS 32 /* that the kernel can have */

/* Cards that were raised: once each time they come up, since somebody may turn them down later. */
struct mixer {
    ino_t raised[MIXER_CARDS]; /* of the card's device file, which is a new one each time */
};

/* Raise the card of that number, unless it was. What the card refuses stays as it is. */
void mixer_raise(struct mixer *mixer, int card);

#endif
