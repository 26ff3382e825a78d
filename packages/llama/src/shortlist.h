/* SPDX-License-Identifier: MIT */
/*
 * The classifier without most of its rows.
 *
 * Rows of tokens that training never used stay close together: a centre and a radius describe
 * them. The others are the short list, whose logits are computed. Of those outside only upper
 * bounds are: by Cauchy and Schwarz, (centre + rest) . x <= centre . x + |rest| |x|; and closer,
 * with the rest in four bits, centre . x + approximation . x + |what it misses| |x|.
 */
#ifndef LLAMA_SHORTLIST_H
#define LLAMA_SHORTLIST_H

#include <math.h>

#include "tiles.h"

enum {
    RINGS = 32,     /* groups of outside rows of similar distance from the centre */
    COARSE_MAX = 7, /* four bits, less one value: -7 to 7, stored as 0 to 14 */
};

struct ring {
    float radius; /* distance of its farthest row from the centre */
    int32_t rows;
};

struct shortlist {
    const int32_t *tokens; /* (rows) which token each row of the matrix belongs to, ascending */
    struct matrix matrix;
    int outside;              /* rows that are not in the list */
    const float *centre;      /* (dim) of the rows outside */
    const struct ring *rings; /* (RINGS) */
    uint16_t *coarse;         /* tiles of four bits: the rows outside, less the centre */
    float *scale;             /* (outside, padded) of the four-bit values */
    float *missing;           /* (outside, padded) length of what four bits miss of a row */
};

/* An upper bound of what the logits outside the list, divided by the temperature, can be. */
struct bound {
    float max;   /* the largest of them */
    double mass; /* the sum of e^(logit - reference) */
};
#define SHORTLIST_NOTHING ((struct bound){.max = -INFINITY, .mass = 0.0})
#define SHORTLIST_UNBOUND ((struct bound){.max = INFINITY, .mass = INFINITY})

/* How many tokens of the list come before this one. */
int shortlist_before(const struct shortlist *list, int token);

/* The row of a token, or -1 when it is not in the list. */
int shortlist_find(const struct shortlist *list, int token);

/* Puts row `index` of those outside, given in float32, in four bits into their tiles. */
void shortlist_coarsen(struct shortlist *list, int index, const float *row);

/* From the rings alone: cheap. */
struct bound shortlist_bound(const struct shortlist *list, const float *x, float reference,
                             float temperature);

/* From all rows in four bits. */
struct bound shortlist_bound_closely(const struct shortlist *list, const struct kernels *kernels,
                                     const float *x, float reference, float temperature);

#endif
