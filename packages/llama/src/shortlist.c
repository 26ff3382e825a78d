/* SPDX-License-Identifier: MIT */
#include "shortlist.h"

#include <math.h>
#include <string.h>

#include "arithmetic.h"
#include "exact.h"

int shortlist_before(const struct shortlist *list, int token) {
    int low = 0, high = list->matrix.rows;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (list->tokens[middle] < token) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int shortlist_find(const struct shortlist *list, int token) {
    int row = shortlist_before(list, token);
    return row < list->matrix.rows && list->tokens[row] == token ? row : -1;
}

void shortlist_coarsen(struct shortlist *list, int index, const float *row) {
    int columns = list->matrix.columns, first = index / TILE * TILE;
    uint16_t *tile = list->coarse + tiles_words_q4(first, columns);
    if (index == first) {
        size_t room = tiles_words_q4(1, columns);
        memset(tile, 0, room * sizeof *tile);
        memset(list->scale + first, 0, TILE * sizeof *list->scale);
        memset(list->missing + first, 0, TILE * sizeof *list->missing);
    }
    float most = 0.0f;
    for (int c = 0; c < columns; c++) {
        most = fmaxf(most, fabsf(row[c] - list->centre[c]));
    }
    float scale = most / COARSE_MAX;
    double missing = 0.0;
    for (int c = 0; c < columns; c++) {
        float rest = row[c] - list->centre[c];
        /* What is no number stays harmless. */
        float value = scale > 0.0f ? fmaxf(-COARSE_MAX, fminf(COARSE_MAX, rest / scale)) : 0.0f;
        value = tiles_nearest(value);
        double gap = (double)row[c] - (double)list->centre[c] - (double)scale * (double)value;
        uint16_t *words = tile + c / FOURS * TILE + index % TILE;
        *words = (uint16_t)(*words | (unsigned)((int)value + COARSE_MAX) << (c % FOURS * 4));
        missing += gap * gap;
    }
    list->scale[index] = scale;
    list->missing[index] = nextafterf((float)sqrt(missing), INFINITY);
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

struct bound shortlist_bound_closely(const struct shortlist *list, const struct kernels *kernels,
                                     const float *x, float reference, float temperature) {
    struct bound bound = nothing();
    int columns = list->matrix.columns;
    float size = length(x, columns), middle = common(list, x, size);
    float sum = 0.0f;
    for (int c = 0; c < columns; c++) {
        sum += x[c];
    }
    float logits[TILE];
    for (int first = 0; first < list->outside; first += TILE) {
        kernels->tile_q4(logits, x, list->coarse + tiles_words_q4(first, columns),
                         list->scale + first, columns);
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
