/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The widened part of a tile (or two), from row `at` on, times all groups of rows. */
static void multiply_part(struct scratch *scratch, struct product product, size_t at,
                          size_t count) {
    const float *base = product.base;
    float *out = product.out;
    product.tile = scratch->tile;
    for (size_t row = 0; row < count; row += ROWS) {
        product.out = out + row * product.out_stride;
        product.base = base + row * product.base_stride;
        product.panel = scratch->panel + at * PIECE + row * product.depth;
        product.rows = least(ROWS, count - row);
        scratch->kernels->multiply(&product);
    }
}

/*
 * A tile (or two, the second one `apart` bytes after it), of `depth` rows, in parts that the
 * kernel's sums are good for.
 */
static void multiply_tile(struct scratch *scratch, struct product product, const int8_t *tile,
                          size_t apart, size_t depth, size_t count) {
    size_t most = scratch->kernels->depth;
    for (size_t at = 0; at < depth; at += most) {
        product.depth = least(most, depth - at);
        scratch->kernels->widen(scratch->tile, tile + at * TILE, apart, product.depth);
        multiply_part(scratch, product, at, count);
        product.base = product.out;
        product.base_stride = product.out_stride;
    }
}

static void pack_rows(struct scratch *scratch, const float *x, size_t stride, size_t depth,
                      size_t count) {
    size_t most = scratch->kernels->depth;
    for (size_t at = 0; at < depth; at += most) {
        size_t part = least(most, depth - at);
        for (size_t row = 0; row < count; row += ROWS) {
            scratch->kernels->pack(scratch->panel + at * PIECE + row * part, x + row * stride + at,
                                   stride, part, least(ROWS, count - row));
        }
    }
}

/*
 * The sums grow in `out`, so many rows of the matrix at a time as the first cache holds with what
 * they are multiplied with.
 */
static void multiply_piece(struct scratch *scratch, const struct matrix *matrix, float *out,
                           size_t out_stride, const float *x, size_t stride, size_t count) {
    const struct kernels *kernels = scratch->kernels;
    struct product product = {.out_stride = out_stride};
    for (size_t at = 0; at < matrix->rows; at += DEPTH) {
        size_t depth = least(DEPTH, matrix->rows - at);
        pack_rows(scratch, x + at, stride, depth, count);
        for (size_t from = 0; from < matrix->columns; from += kernels->columns) {
            const int8_t *tile = matrix->tiles + from * matrix->rows + at * TILE;
            bool has_second = matrix->columns - from > TILE;
            product.out = out + from;
            product.base = at > 0 ? product.out : matrix->bias + from;
            product.base_stride = at > 0 ? out_stride : 0;
            product.scales = matrix->scales + from;
            product.columns = least(kernels->columns, matrix->columns - from);
            multiply_tile(scratch, product, tile, has_second ? matrix->rows * TILE : 0, depth,
                          count);
        }
    }
}

void net_linear(struct scratch *scratch, const struct matrix *matrix, float *out, size_t out_stride,
                const float *x, size_t stride, size_t count) {
    for (size_t row = 0; row < count; row += PIECE) {
        multiply_piece(scratch, matrix, out + row * out_stride, out_stride, x + row * stride,
                       stride, least(PIECE, count - row));
    }
}

/* Where the convolution begins there are zeros on the left. */
static void begin(struct stage *stage, float *kept) {
    stage->kept = kept;
    stage->held = stage->taps / 2 * stage->dilation;
    memset(stage->kept, 0, stage->held * stage->width * sizeof(float));
}

void stage_begin(struct stage *stage, const struct block *block, size_t dilation, float *kept) {
    stage->block = block;
    stage->width = block->width;
    stage->taps = block->taps;
    stage->dilation = dilation;
    begin(stage, kept);
}

void stage_begin_matrix(struct stage *stage, const struct matrix *matrix, size_t width, size_t taps,
                        float *kept) {
    stage->block = NULL;
    stage->matrix = matrix;
    stage->width = width;
    stage->taps = taps;
    stage->dilation = 1;
    begin(stage, kept);
}

/* At most PIECE rows of a block; `x` begins with the first tap of the first row. */
static void block_piece(const struct stage *stage, struct scratch *scratch, float *out,
                        const float *x, size_t count) {
    const struct kernels *kernels = scratch->kernels;
    const struct block *block = stage->block;
    size_t width = stage->width, step = stage->dilation * width;
    for (size_t row = 0; row < count; row++) {
        float *normed = scratch->normed + row * width;
        kernels->depthwise(normed, x + row * width, step, block->kernel, block->bias, stage->taps,
                           width);
        kernels->norm(normed, normed, block->norm.weight, block->norm.bias, width);
    }
    size_t hidden = block->first.columns;
    net_linear(scratch, &block->first, scratch->hidden, hidden, scratch->normed, width, count);
    kernels->gelu(scratch->hidden, count * hidden);
    net_linear(scratch, &block->second, scratch->normed, width, scratch->hidden, hidden, count);
    const float *middle = x + stage->taps / 2 * step;
    for (size_t row = 0; row < count; row++) {
        kernels->accumulate(out + row * width, middle + row * width, scratch->normed + row * width,
                            block->gamma, width);
    }
}

static void compute(const struct stage *stage, struct scratch *scratch, float *out, size_t count) {
    size_t width = stage->width;
    if (stage->block == NULL) {
        net_linear(scratch, stage->matrix, out, stage->matrix->columns, scratch->window, width,
                   count);
        return;
    }
    for (size_t row = 0; row < count; row += PIECE) {
        block_piece(stage, scratch, out + row * width, scratch->window + row * width,
                    least(PIECE, count - row));
    }
}

size_t stage_push(struct stage *stage, struct scratch *scratch, float *out, const float *x,
                  size_t count, bool last) {
    size_t width = stage->width, spread = (stage->taps - 1) * stage->dilation;
    float *window = scratch->window;
    memcpy(window, stage->kept, stage->held * width * sizeof(float));
    memcpy(window + stage->held * width, x, count * width * sizeof(float));
    size_t rows = stage->held + count;
    if (last) {
        memset(window + rows * width, 0, spread / 2 * width * sizeof(float));
        rows += spread / 2;
    }
    size_t done = rows > spread ? rows - spread : 0;
    stage->held = rows - done;
    memcpy(stage->kept, window + done * width, stage->held * width * sizeof(float));
    compute(stage, scratch, out, done);
    return done;
}
