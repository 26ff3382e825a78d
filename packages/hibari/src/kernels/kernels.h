/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of the network and the vocoder, behind one table, so that vector units can bring
 * their own. The portable flavour is the oracle; others may round otherwise.
 */
#ifndef HIBARI_KERNELS_H
#define HIBARI_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TILE = 16, /* columns of a tile of weights: 64 bytes of float32 */
    ROWS = 6,  /* rows that share a tile's weights: as many as registers hold sums for */
};

struct kernels {
    const char *name;
    /* to[i] = weights[i], count a multiple of TILE */
    void (*widen)(float *to, const int8_t *weights, size_t count);
    /* sums[r][c] = sum over k < count of x[k][r] * tile[k][c], for ROWS rows, TILE columns; count
     * is even */
    void (*multiply)(float *sums, const float *x, const float *tile, size_t count);
    /* y[i] += a[i] * b[i] */
    void (*accumulate)(float *y, const float *a, const float *b, size_t count);
    /* x[i] = x[i] * (1 + erf(x[i] / sqrt(2))) / 2, within 1e-6 of the larger of 1 and |x[i]| */
    void (*gelu)(float *x, size_t count);
    /* to = (x - mean) / deviation * weight + bias; to may be x */
    void (*norm)(float *to, const float *x, const float *weight, const float *bias, size_t count);
    /* x[i] = e^(x[i] - largest) / their sum */
    void (*softmax)(float *x, size_t count);
    /* real[i] = e^min(x[i], 7) * cos(angle[i]), the other sin; |angle| < 100,000, else as 0 */
    void (*polar)(float *real, float *imaginary, const float *x, const float *angle, size_t count);
    /* x[i] = pi * tanh(x[i]) */
    void (*turn)(float *x, size_t count);
    /* to[i] = sin(x[i]); |x| < 100,000, else as 0 */
    void (*sine)(float *to, const float *x, size_t count);
};

extern const struct kernels hibari_portable;

/*
 * The fastest that this processor has; what its vector unit brings nothing for is portable. The
 * environment's HIBARI_KERNEL names one (portable, rvv07, rvv10); false when that is not there.
 */
bool hibari_choose(struct kernels *kernels);

#endif
