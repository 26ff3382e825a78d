/* SPDX-License-Identifier: MIT */
/*
 * Convolutions over rows that come piece by piece. Each stage keeps the last rows that it was
 * given, so that no row is computed twice and memory does not grow with the number of rows.
 */
#ifndef HIBARI_STAGE_H
#define HIBARI_STAGE_H

#include "file/voice.h"
#include "kernels/kernels.h"

enum {
    PIECE = 42,    /* rows that are given at a time: a multiple of ROWS */
    WIDEST = 3008, /* columns of the widest matrix */
    HIDDEN = 768,  /* of a block */
    REACH = 48,    /* rows that a stage keeps at most: 6 taps, 8 apart */
    LATE = 54,     /* rows that come out at the end, after the last piece: 3 taps, 18 apart */
    WINDOW = REACH + PIECE + LATE + REACH,
};

/* Memory for what is computed at a time, shared by all stages. */
struct scratch {
    const struct kernels *kernels;
    _Alignas(64) float panel[PIECE * DEPTH + SLACK / sizeof(float)];
    _Alignas(64) float tile[DEPTH * TILE + SLACK / sizeof(float)];
    _Alignas(64) float window[WINDOW * FRAME];
    _Alignas(64) float normed[PIECE * FRAME];
    _Alignas(64) float hidden[PIECE * HIDDEN]; /* or scores of attention */
};

struct stage {
    size_t width, taps, dilation;
    const struct block *block; /* NULL: `matrix` on all taps side by side */
    const struct matrix *matrix;
    size_t held; /* rows kept */
    float *kept;
};

/*
 * out[i] = x[i] * matrix + bias, for any number of rows that lie `stride` and `out_stride` apart;
 * `out` and `x` do not overlap.
 */
void net_linear(struct scratch *scratch, const struct matrix *matrix, float *out, size_t out_stride,
                const float *x, size_t stride, size_t count);

/* `kept` has room for (taps - 1) * dilation rows, and is the stage's until it begins again. */
void stage_begin(struct stage *stage, const struct block *block, size_t dilation, float *kept);
void stage_begin_matrix(struct stage *stage, const struct matrix *matrix, size_t width, size_t taps,
                        float *kept);

/*
 * Takes `count` rows (at most PIECE + LATE), and after the last ones gives all that is left.
 * Returns how many rows `out`, which may be `x`, has then.
 */
size_t stage_push(struct stage *stage, struct scratch *scratch, float *out, const float *x,
                  size_t count, bool last);

#endif
