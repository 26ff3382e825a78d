/* SPDX-License-Identifier: MIT */
#include "shortlist.h"

#include <math.h>
#include <string.h>

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
    float max = 0.0f;
    for (int c = 0; c < columns; c++) {
        max = fmaxf(max, fabsf(row[c] - list->centre[c]));
    }
    float scale = max / COARSE_MAX;
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
 * A product of n terms in float32, run.c's or a kernel's, misses at most this part of the sum of
 * its terms' sizes; by Cauchy and Schwarz that sum is at most the product of both lengths. Double
 * precision misses nothing that this does not cover.
 */
static double slack(int columns) {
    return 1.01 * (columns + 4) * 0x1p-24;
}

static double length(const float *x, int size) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sqrt(sum);
}

static double product(const float *a, const float *b, int size) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

/* What the logits are compared with, and the bound so far. */
struct search {
    float reference;
    float temperature;
    double max;
    double mass;
};

static struct search begin(float reference, float temperature) {
    return (struct search){reference, temperature, -INFINITY, 0.0};
}

static void add_row(struct search *search, double logit, int rows) {
    logit = (logit + (double)FLT_MIN) / (double)search->temperature;
    logit += fabs(logit) * 0x1p-23; /* run.c rounds here, and so does what follows */
    search->max = fmax(search->max, logit);
    search->mass += (double)rows * (double)expf((float)(logit - (double)search->reference));
}

/* What is no number is no bound. */
static struct bound end(const struct search *search) {
    float max = nextafterf((float)search->max, INFINITY);
    return isfinite(search->mass) ? (struct bound){max, search->mass * (1.0 + 1e-5)}
                                  : SHORTLIST_UNBOUND;
}

/* What every logit outside has in common, rounded up. */
static double common(const struct shortlist *list, const float *x, double size) {
    int columns = list->matrix.columns;
    return product(list->centre, x, columns) +
           slack(columns) * size * length(list->centre, columns);
}

struct bound shortlist_bound(const struct shortlist *list, const float *x, float reference,
                             float temperature) {
    if (list->outside == 0) {
        return SHORTLIST_NOTHING;
    }
    struct search search = begin(reference, temperature);
    int columns = list->matrix.columns;
    double size = length(x, columns), middle = common(list, x, size);
    for (int i = 0; i < RINGS; i++) {
        if (list->rings[i].rows > 0) {
            double rest = (double)list->rings[i].radius * size * (1.0 + slack(columns));
            add_row(&search, middle + rest, list->rings[i].rows);
        }
    }
    return end(&search);
}

/*
 * The values of a row in four bits are stored without their sign, 0 to 14: COARSE_MAX is taken away
 * here, times the sum of x. What float32 misses of that, and run.c of the row itself, goes with
 * the row's scale: the factor, beside what the bits miss, of an upper bound.
 */
static double surplus(const float *x, double size, int columns) {
    double sum = 0.0, sizes = 0.0;
    for (int c = 0; c < columns; c++) {
        sum += (double)x[c];
        sizes += fabs((double)x[c]);
    }
    return slack(columns) * COARSE_MAX * (2.0 * sizes + sqrt((double)columns) * size) -
           COARSE_MAX * sum;
}

struct bound shortlist_bound_closely(const struct shortlist *list, const struct kernels *kernels,
                                     const float *x, float reference, float temperature) {
    struct search search = begin(reference, temperature);
    int columns = list->matrix.columns;
    double size = length(x, columns), middle = common(list, x, size);
    double per_scale = surplus(x, size, columns), per_missing = size * (1.0 + slack(columns));
    float logits[TILE];
    for (int first = 0; first < list->outside; first += TILE) {
        kernels->tile_q4(logits, x, list->coarse + tiles_words_q4(first, columns),
                         list->scale + first, columns);
        for (int i = 0; i < TILE && first + i < list->outside; i++) {
            double rest = (double)list->scale[first + i] * per_scale +
                          (double)list->missing[first + i] * per_missing;
            add_row(&search, middle + (double)logits[i] + rest, 1);
        }
    }
    return end(&search);
}
