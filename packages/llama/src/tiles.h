/* SPDX-License-Identifier: MIT */
/* Matrices as the kernels read them: see kernels.h for the order inside a tile. */
#ifndef LLAMA_TILES_H
#define LLAMA_TILES_H

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"

enum { TILE_LINE = 64 }; /* bytes of a cache line */

/* One of `f32` and `q16` is set; `scale` (padded rows) goes with `q16`. */
struct matrix {
    const float *f32;
    const int16_t *q16;
    const float *scale;
    int rows; /* without padding */
    int columns;
};

/* Bytes up to the next cache line: no tile shares one with another. */
static inline uint64_t tiles_line_up(uint64_t bytes) {
    return (bytes + TILE_LINE - 1) / TILE_LINE * TILE_LINE;
}

/* Memory for tiles, for free() to give back. NULL: there is not enough. */
void *tiles_memory(uint64_t bytes);

/* How many tiles hold so many rows. */
static inline int tiles_count(int rows) {
    return (rows + TILE - 1) / TILE;
}

/* Rows with padding. */
static inline int tiles_rows(int rows) {
    return tiles_count(rows) * TILE;
}

/* Weights with padding. */
static inline size_t tiles_size(int rows, int columns) {
    return (size_t)tiles_rows(rows) * (size_t)columns;
}

/* The 16-bit words of a matrix in four bits, as the kernel tile_q4 takes its tiles. */
static inline size_t tiles_words_q4(int rows, int columns) {
    return (size_t)tiles_rows(rows) * (size_t)((columns + FOURS - 1) / FOURS);
}

/* Spreads rows `first` to `first + rows - 1` of a matrix, given row-major, over its tiles. */
void tiles_put_f32(float *tiles, const float *source, int first, int rows, int columns);

/*
 * The same in 16 bits: each row gets a scale of its own, with which value * scale is near the
 * weight; the largest becomes +-32767.
 */
void tiles_put_q16(int16_t *tiles, float *scale, const float *source, int first, int rows,
                   int columns);

/* A whole tile in 16 bits, and the scales of its TILE rows. */
void tiles_quantise(int16_t *tile, float *scale, const float *source, int columns);

/*
 * The nearest whole number, of two the even one. `value` is at most 2^22 in size. Unlike lrintf it
 * is no call, so that loops around it are fast.
 */
static inline float tiles_nearest(float value) {
    return value + 0x1.8p23f - 0x1.8p23f;
}

/* out[columns] = one row of a matrix. */
void tiles_row(float *out, const struct matrix *matrix, int row);

/*
 * out[p] = matrix times x[p] for `count` positions; out has room for padded rows, and the vectors
 * of a position begin `out_stride` and `x_stride` floats after those of the one before.
 */
void tiles_multiply(const struct kernels *kernels, float *out, size_t out_stride, const float *x,
                    size_t x_stride, int count, const struct matrix *matrix);

#endif
