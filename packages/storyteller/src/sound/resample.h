/* SPDX-License-Identifier: MIT */
/* From the voice's sample rate to the card's: a polyphase windowed sinc, in integers.
 *
 * A library (speexdsp) would bring about 40 kB (estimated, not built) and float tables for rates
 * that no card has. Between the rates of voices and cards the ratio is a small fraction, so that a
 * table of its phases is exact and all of the work is RESAMPLE_TAPS multiplications of 16 bits a
 * sample. */
#ifndef STORYTELLER_RESAMPLE_H
#define STORYTELLER_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Per phase, when the rate rises; when it falls, as many more as the filter must be longer. */
#define RESAMPLE_TAPS 32
/* Samples that one call takes at most. */
#define RESAMPLE_BLOCK 256
/* The highest card rate is twelve times the lowest voice rate, and no way down is as far. */
#define RESAMPLE_RATIO 12
#define RESAMPLE_MOST (RESAMPLE_BLOCK * RESAMPLE_RATIO + 1)

struct resampler {
    unsigned up, down; /* output rate : input rate, in lowest terms */
    unsigned taps;     /* per phase */
    unsigned phase;    /* of the next output sample */
    int16_t *filter;   /* [up][taps], unity gain is 1 << 14; NULL: the rates are equal */
    int16_t *input;    /* [taps - 1 + RESAMPLE_BLOCK] the last samples, then a block */
};

/* Begin with silence. Returns false when the ratio is none of the above, or memory is lacking. */
bool resampler_open(struct resampler *resampler, unsigned from_rate, unsigned to_rate);
void resampler_close(struct resampler *resampler);

/* Take at most RESAMPLE_BLOCK samples; returns how many come out, at most RESAMPLE_MOST. */
size_t resampler_run(struct resampler *resampler, const int16_t *samples, size_t count,
                     int16_t output[RESAMPLE_MOST]);

#endif
