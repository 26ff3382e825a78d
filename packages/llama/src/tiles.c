/* SPDX-License-Identifier: MIT */
#include "tiles.h"

#include <math.h>

#include "exact.h"

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

float tiles_quantise(int16_t *values, const float *row, int columns) {
    float most = 0.0f;
    for (int c = 0; c < columns; c++) {
        most = fmaxf(most, fabsf(row[c]));
    }
    float scale = most / INT16_MAX;
    for (int c = 0; c < columns; c++) {
        /* The greatest may be rounded beyond its place; what is no number stays harmless. */
        float value = scale > 0.0f ? row[c] / scale : 0.0f;
        values[c] = (int16_t)lrintf(fmaxf(-INT16_MAX, fminf(INT16_MAX, value)));
    }
    return scale;
}

void tiles_put_q16(int16_t *tiles, float *scale, int16_t *row, const float *source, int first,
                   int rows, int columns) {
    for (int r = 0; r < rows; r++) {
        scale[first + r] = tiles_quantise(row, source + (size_t)r * (size_t)columns, columns);
        for (int c = 0; c < columns; c++) {
            tiles[place(first + r, c, columns)] = row[c];
        }
    }
}

void tiles_row(float *out, const struct matrix *matrix, int row) {
    for (int c = 0; c < matrix->columns; c++) {
        size_t at = place(row, c, matrix->columns);
        out[c] = matrix->f32 != NULL ? matrix->f32[at]
                                     : matrix->scale[row] * (float)matrix->q16[at];
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
