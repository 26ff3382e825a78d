/* SPDX-License-Identifier: MIT */
#include "consume.h"

#include <string.h>

#include "packed.h"
#include "planes.h"

size_t consume_tile_bytes(const struct shape *shape) {
    int columns = shape->dim > shape->hidden_dim ? shape->dim : shape->hidden_dim;
    return TILE * (size_t)columns * sizeof(float);
}

size_t consume_block_bytes(const struct shape *shape) {
    return PLANES_ROWS * (size_t)planes_row_bytes(shape->dim);
}

static const float *floats(const unsigned char *data) {
    return (const float *)(const void *)data;
}

/* The memory behind a matrix: what reads it sees it as constant. */
static int16_t *q16_of(const struct matrix *matrix) {
    return (int16_t *)(uintptr_t)matrix->q16;
}

static float *scale_of(const struct matrix *matrix) {
    return (float *)(uintptr_t)matrix->scale;
}

size_t consume_layer(void *user, const unsigned char *data, size_t bytes) {
    struct model *model = user;
    struct progress *at = &model->progress;
    size_t used = 0;
    while (used < bytes) {
        const struct layer *layer = &model->layers[at->layer];
        const struct matrix *matrices[] = {&layer->qkv, &layer->wo, &layer->w13, &layer->w2};
        const struct matrix *matrix = matrices[at->matrix];
        size_t weights = TILE * (size_t)matrix->columns, size = weights * sizeof(float);
        if (bytes - used < size) {
            break;
        }
        tiles_quantise(q16_of(matrix) + (size_t)at->tile * weights,
                       scale_of(matrix) + at->tile * TILE, floats(data + used), matrix->columns);
        used += size;
        if (++at->tile == tiles_count(matrix->rows)) {
            at->tile = 0;
            at->matrix = (at->matrix + 1) % LAYER_MATRICES;
            at->layer += at->matrix == 0;
        }
    }
    return used;
}

/* A tile whose rows come one by one; those that never come are zeros. */
static void clear_tile(const struct matrix *matrix, int first) {
    size_t weights = TILE * (size_t)matrix->columns;
    size_t begin = (size_t)first / TILE * weights;
    if (matrix->f32 != NULL) {
        memset((float *)(uintptr_t)matrix->f32 + begin, 0, weights * sizeof(float));
    } else {
        memset(q16_of(matrix) + begin, 0, weights * sizeof(int16_t));
        memset(scale_of(matrix) + first, 0, TILE * sizeof(float));
    }
}

/* Puts a row of a block of `count` of them to its place. */
static void take_row(struct model *model, const unsigned char *block, int index, int count) {
    const struct matrix *matrix = &model->shortlist.matrix;
    int row = model->progress.listed++;
    size_t width = (size_t)matrix->columns, skipped = (size_t)index * width;
    planes_join(model->row, block + skipped, block + (size_t)count * width + skipped * PLANES_REST,
                width);
    if (row % TILE == 0) {
        clear_tile(matrix, row);
    }
    if (matrix->f32 != NULL) {
        tiles_put_f32((float *)(uintptr_t)matrix->f32, model->row, row, 1, matrix->columns);
    } else {
        tiles_put_q16(q16_of(matrix), scale_of(matrix), model->row, row, 1, matrix->columns);
    }
}

size_t consume_listed(void *user, const unsigned char *data, size_t bytes) {
    struct model *model = user;
    size_t row = (size_t)planes_row_bytes(model->shape.dim), used = 0;
    while (used < bytes) {
        int left = model->shortlist.matrix.rows - model->progress.listed;
        int count = left < PLANES_ROWS ? left : PLANES_ROWS;
        if (bytes - used < (size_t)count * row) {
            break;
        }
        for (int i = 0; i < count; i++) {
            take_row(model, data + used, i, count);
        }
        used += (size_t)count * row;
    }
    return used;
}
