/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "tiles.h"

#include <math.h>
#include <stdlib.h>

#include "exact.h"

void *tiles_memory(uint64_t bytes) {
    void *memory = NULL;
    if (bytes > SIZE_MAX - TILE_LINE - TOUCH ||
        posix_memalign(&memory, TILE_LINE, (size_t)bytes + TOUCH) != 0) {
        return NULL;
    }
    return memory;
}

static size_t place(int row, int column, int columns) {
    return ((size_t)(row / TILE) * (size_t)columns + (size_t)column) * TILE + (size_t)(row % TILE);
}

void tiles_put_f32(float *tiles, const float *source, int first, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            tiles[place(first + r, c, columns)] = source[(size_t)r * (size_t)columns + (size_t)c];
        }
    }
}

/*
 * Comparisons instead of fmaxf and fminf, which are calls on riscv64 and take two thirds of the
 * time. What is no number is not the largest, and stays harmless.
 */
static float greater(float max, float weight) {
    float size = fabsf(weight);
    return size > max ? size : max;
}

/* By what a row is divided; one of zeros stays zeros. */
static float divisor(float scale) {
    return scale > 0.0f ? scale : INFINITY;
}

/* The largest may be rounded beyond its place. */
static int16_t quantise(float weight, float by) {
    float value = weight / by;
    value = value < INT16_MAX ? value : INT16_MAX;
    value = value > -INT16_MAX ? value : -INT16_MAX;
    return (int16_t)tiles_nearest(value);
}

void tiles_put_q16(int16_t *tiles, float *scale, const float *source, int first, int rows,
                   int columns) {
    for (int r = 0; r < rows; r++) {
        const float *row = source + (size_t)r * (size_t)columns;
        float max = 0.0f;
        for (int c = 0; c < columns; c++) {
            max = greater(max, row[c]);
        }
        scale[first + r] = max / INT16_MAX;
        int16_t *tile = tiles + place(first + r, 0, columns);
        float by = divisor(scale[first + r]);
        for (int c = 0; c < columns; c++) {
            tile[(size_t)c * TILE] = quantise(row[c], by);
        }
    }
}

void tiles_quantise(int16_t *tile, float *scale, const float *source, int columns) {
    float max[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            max[r] = greater(max[r], source[(size_t)c * TILE + (size_t)r]);
        }
    }
    float by[TILE];
    for (int r = 0; r < TILE; r++) {
        scale[r] = max[r] / INT16_MAX;
        by[r] = divisor(scale[r]);
    }
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            size_t at = (size_t)c * TILE + (size_t)r;
            tile[at] = quantise(source[at], by[r]);
        }
    }
}

void tiles_row(float *out, const struct matrix *matrix, int row) {
    for (int c = 0; c < matrix->columns; c++) {
        size_t at = place(row, c, matrix->columns);
        out[c] =
            matrix->f32 != NULL ? matrix->f32[at] : matrix->scale[row] * (float)matrix->q16[at];
    }
}

/* One tile for all positions: it is read from memory once, and from the cache after that. */
static void multiply_tile(const struct kernels *kernels, struct batch batch, int count,
                          const struct matrix *matrix, int tile) {
    size_t row = (size_t)tile * TILE, at = row * (size_t)matrix->columns;
    batch.out += row;
    for (int left = count; left > 0; left -= TOGETHER) {
        batch.count = left < TOGETHER ? left : TOGETHER;
        if (matrix->f32 != NULL) {
            kernels->tile_f32(&batch, matrix->f32 + at, matrix->columns);
        } else {
            kernels->tile_q16(&batch, matrix->q16 + at, matrix->scale + row, matrix->columns);
        }
        batch.out += TOGETHER * batch.out_stride;
        batch.x += TOGETHER * batch.x_stride;
    }
}

void tiles_multiply(const struct kernels *kernels, float *out, size_t out_stride, const float *x,
                    size_t x_stride, int count, const struct matrix *matrix) {
    struct batch batch = {
        .out = out, .out_stride = out_stride, .x = x, .x_stride = x_stride, .count = count};
    for (int tile = 0; tile < tiles_count(matrix->rows); tile++) {
        multiply_tile(kernels, batch, count, matrix, tile);
    }
}
