/* SPDX-License-Identifier: MIT */
/* The phoneme encoders: what a clause's phonemes are, each in the light of the others. */
#ifndef HIBARI_ENCODER_H
#define HIBARI_ENCODER_H

#include "stage.h"

enum { ENCODER_TAPS = 5 };

/* What an encoder needs apart from the scratch: memory for one at a time. */
struct encoding {
    float kept[ENCODER_TAPS * TUNE];
    float projected[HIBARI_PHONEMES * 3 * TUNE];
};

/* x (clause->count, width) of a clause; `layers`: how often the transformer layer is applied. */
void net_encode(const struct encoder *encoder, struct encoding *encoding, struct scratch *scratch,
                const struct hibari_clause *clause, int layers, float *x);

/*
 * The units of 25 ms that each phoneme from `from` on lasts, 1 to LONGEST, by the tune encoder's
 * `count` rows `x`; `speed` divides them.
 */
enum { LONGEST = 400 };
void net_durations(uint16_t *units, const struct voice *voice, struct encoding *encoding,
                   struct scratch *scratch, const float *x, size_t from, size_t count, float speed);

#endif
