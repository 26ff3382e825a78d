/* SPDX-License-Identifier: MIT */
/* Loudness that never jumps: a change of it is spread over samples enough to be heard as such, and
 * not as a click. */
#ifndef STORYTELLER_GAIN_H
#define STORYTELLER_GAIN_H

#include <stddef.h>
#include <stdint.h>

/* How long the way from silence to the voice's own loudness takes, and back. */
#define GAIN_FADE_MS 20u

struct gain {
    int32_t now;    /* of the last sample; 1 << 16: as it is */
    int32_t wanted; /* where it goes to */
    int32_t step;   /* per sample */
};

/* percent: 0 to 100. Returns what `wanted` is to be. */
int32_t gain_of(int percent);

/* From now on for samples of this rate; keeps what is wanted. */
void gain_begin(struct gain *gain, unsigned rate);

/* Make the next samples so loud; the gain itself stays, until it is known how many were used. */
void gain_apply(const struct gain *gain, int16_t *samples, size_t count);

/* So many samples were used. */
void gain_move(struct gain *gain, size_t count);

/* So many samples were used on a way to silence. */
void gain_fall(struct gain *gain, size_t count);

#endif
