/* SPDX-License-Identifier: MIT */
/*
 * What products in half precision come to, modelled in float32 on any machine, in place of
 * kernels/choose.c: each sum is rounded to 11 bits after each product. Numbers that half precision
 * could not tell, because of their size, do not occur: rows are scaled. With EXACT nothing is
 * rounded: what portable C computes, bit for bit, in half its time.
 */
#include "kernels/kernels.h"

enum { WIDE = 2 * TILE };

#ifdef EXACT
enum { SUMMED = DEPTH };
static float rounded(float x) {
    return x;
}
#else
enum { SUMMED = DEPTH / 2 };
static float rounded(float x) {
    float more = x * 8193;
    return more - (more - x);
}
#endif

static void widen(void *tile, const int8_t *weights, size_t apart, size_t depth) {
    int16_t *to = tile;
    for (size_t k = 0; k < depth; k++) {
        for (size_t c = 0; c < TILE; c++) {
            to[k * WIDE + c] = weights[k * TILE + c];
            to[k * WIDE + TILE + c] = weights[apart + k * TILE + c];
        }
    }
}

static void pack(void *panel, const float *x, size_t stride, size_t depth, size_t rows) {
    float *to = panel;
    for (size_t k = 0; k < depth; k++) {
        for (size_t r = 0; r < ROWS; r++) {
            to[k * ROWS + r] = r < rows ? rounded(x[r * stride + k]) : 0;
        }
    }
}

static void multiply(const struct product *product) {
    const float *x = product->panel;
    const int16_t *tile = product->tile;
    for (size_t r = 0; r < product->rows; r++) {
        float sums[WIDE] = {0};
        for (size_t k = 0; k < product->depth; k++) {
            for (size_t c = 0; c < WIDE; c++) {
                sums[c] = rounded(sums[c] + x[k * ROWS + r] * (float)tile[k * WIDE + c]);
            }
        }
        const float *base = product->base + r * product->base_stride;
        float *out = product->out + r * product->out_stride;
        for (size_t c = 0; c < product->columns; c++) {
            out[c] = base[c] + product->scales[c] * sums[c];
        }
    }
}

bool hibari_choose(struct kernels *fast, struct kernels *exact) {
    *fast = *exact = hibari_portable;
    fast->columns = WIDE;
    fast->depth = SUMMED;
    fast->widen = widen;
    fast->pack = pack;
    fast->multiply = multiply;
    return true;
}
