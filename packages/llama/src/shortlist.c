/* SPDX-License-Identifier: MIT */
#include "shortlist.h"

#include <math.h>
#include <string.h>

#include "arithmetic.h"
#include "exact.h"

int shortlist_find(const struct shortlist *list, int token) {
    int low = 0, high = list->matrix.rows;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (list->tokens[middle] < token) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < list->matrix.rows && list->tokens[low] == token ? low : -1;
}

/*
 * Float32 sums of this length miss at most a few 1e-5 of the lengths that are multiplied; the
 * bounds are widened by this part of them.
 */
static const float SLACK = 1e-4f;

static float length(const float *x, int size) {
    return sqrtf(exact_dot(x, x, size)) * (1.0f + SLACK);
}

static void add_row(struct bound *bound, float logit, int rows, float reference,
                    float temperature) {
    logit /= temperature;
    bound->most = fmaxf(bound->most, logit);
    bound->mass += (double)rows * (double)expf(logit - reference);
}

static struct bound nothing(void) {
    return (struct bound){.most = -INFINITY, .mass = 0.0};
}

/* What every logit outside has in common, rounded up. */
static float common(const struct shortlist *list, const float *x, float size) {
    int columns = list->matrix.columns;
    return exact_dot(list->centre, x, columns) + SLACK * size * length(list->centre, columns);
}

struct bound shortlist_bound(const struct shortlist *list, const float *x, float reference,
                             float temperature) {
    struct bound bound = nothing();
    if (list->outside == 0) {
        return bound;
    }
    float size = length(x, list->matrix.columns);
    float middle = common(list, x, size);
    for (int i = 0; i < RINGS; i++) {
        if (list->rings[i].rows > 0) {
            add_row(&bound, middle + list->rings[i].radius * size, list->rings[i].rows, reference,
                    temperature);
        }
    }
    return bound;
}

/* Four bits to sixteen, four values at a time: see struct shortlist. */
static void expand(int16_t *tile, const uint64_t *coarse, int columns) {
    for (size_t i = 0; i < (size_t)columns * TILE / COARSE_WORD; i++) {
        for (size_t part = 0; part < 4; part++) {
            uint64_t four = coarse[i] >> (4 * part) & UINT64_C(0x000f000f000f000f);
            /* Told of the alignment, the compiler stores eight bytes at once, not two and two. */
            memcpy(__builtin_assume_aligned(tile + COARSE_WORD * i + 4 * part, sizeof four),
                   &four, sizeof four);
        }
    }
}

struct bound shortlist_bound_closely(const struct shortlist *list, const struct kernels *kernels,
                                     const float *x, float reference, float temperature,
                                     int16_t *room) {
    struct bound bound = nothing();
    int columns = list->matrix.columns;
    float size = length(x, columns), middle = common(list, x, size);
    float sum = 0.0f;
    for (int c = 0; c < columns; c++) {
        sum += x[c];
    }
    float logits[TILE];
    struct batch batch = {.out = logits, .x = x, .count = 1};
    for (int first = 0; first < list->outside; first += TILE) {
        expand(room, list->coarse + (size_t)first * (size_t)columns / COARSE_WORD, columns);
        kernels->tile_q16(&batch, room, list->scale + first, columns);
        for (int i = 0; i < TILE && first + i < list->outside; i++) {
            int row = first + i;
            /* The values are stored without their sign: COARSE_MAX is taken away here. */
            float near = logits[i] - list->scale[row] * (COARSE_MAX * sum);
            float rest = (list->missing[row] + SLACK) * size;
            add_row(&bound, middle + near + rest, 1, reference, temperature);
        }
    }
    return bound;
}
