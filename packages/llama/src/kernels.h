/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of a token, behind one table, so that vector units can bring their own.
 *
 * The contract is bits, not closeness: each function says in which order it rounds, and every
 * flavour gives what the portable one gives. `exact` arithmetic is that of run.c built strictly:
 * one float32 sum that takes its terms in index order, product and sum rounded apart. The rest is
 * free to fuse a product and a sum (fmaf), and says so.
 *
 * All counts, sizes and columns are 1 or more.
 *
 * Matrices lie in tiles of TILE rows: (rows / TILE, columns, TILE), the last one padded with rows
 * of zeros. A tile is one ascending stream, and its TILE sums grow side by side, each in order.
 */
#ifndef LLAMA_KERNELS_H
#define LLAMA_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum {
    TILE = 32,    /* rows of a tile: one 64-byte cache line of int16 per column */
    TOGETHER = 2, /* positions that share one reading of a tile */
    FOURS = 4,    /* columns of a tile of four bits that share its words */
    LANES = 32,   /* partial sums of the functions that are not exact */
    TOUCH = 1024, /* bytes after a tile that can be read: kernels ask for what comes next */
};

/* Vectors of `count` positions (1 to TOGETHER): position p begins at p * stride floats. */
struct batch {
    float *out; /* a tile's TILE sums per position */
    size_t out_stride;
    const float *x; /* (columns) per position */
    size_t x_stride;
    int count;
};

/* Each kernel's prototype: KERNEL(type, name, parameters). */
#define KERNELS(KERNEL)                                                                            \
    /* out[r] = sum over c of x[c] * tile[c][r]; exact */                                          \
    KERNEL(void, tile_f32, (const struct batch *batch, const float *tile, int columns))            \
    /* out[r] = scale[r] * (sum over c of x[c] * tile[c][r]), the sum by fmaf(x, tile, sum) */     \
    KERNEL(void, tile_q16,                                                                         \
           (const struct batch *batch, const int16_t *tile, const float *scale, int columns))      \
    /*                                                                                             \
     * The same for one position and weights of four bits, 0 to 15: tile is (columns / FOURS,      \
     * rounded up, TILE), and column c the bits 4 * (c % FOURS) and up of its words.               \
     */                                                                                            \
    KERNEL(void, tile_q4,                                                                          \
           (float *out, const float *x, const uint16_t *tile, const float *scale, int columns))    \
    /* out[t] = (sum over d < size of query[d] * keys[d * stride + t]) / root, t < count; exact */ \
    KERNEL(void, scores,                                                                           \
           (float *out, const float *query, const float *keys, size_t stride, int size,            \
            float root, int count))                                                                \
    /* out[d] = sum over t < count of weights[t] * values[t * size + d], d < size; exact */        \
    KERNEL(void, weighted_sum,                                                                     \
           (float *out, const float *weights, const float *values, int size, int count))           \
    /* x[i] += more[i]; exact */                                                                   \
    KERNEL(void, add, (float *x, const float *more, int size))                                     \
    /* out[i] = weight[i] * (factor * x[i]); out may be x; exact */                                \
    KERNEL(void, scale, (float *out, const float *x, const float *weight, float factor, int size)) \
    /* The largest of x[size]; size >= 1 and no NaN among them */                                  \
    KERNEL(float, max, (const float *x, int size))                                                 \
    /*                                                                                             \
     * out[i] = e^(x[i] - max), where x[i] <= max; within 2 ulp, and 0 below e^-87. Returns the    \
     * sum: lane i % LANES adds its own in order, then the lanes are added in order. out may be x. \
     */                                                                                            \
    KERNEL(float, exp, (float *out, const float *x, float max, int size))                          \
    /* gate[i] = gate[i] / (1 + e^-gate[i]) * up[i], e as above with its argument kept in +-87 */  \
    KERNEL(void, swiglu, (float *gate, const float *up, int size))                                 \
    /* x[i] *= factor */                                                                           \
    KERNEL(void, multiply, (float *x, float factor, int size))

/* One flavour of all of them. */
struct kernels {
    const char *name;
#define POINTER(type, kernel, parameters) type(*kernel) parameters;
    KERNELS(POINTER)
#undef POINTER
};

extern const struct kernels kernels_portable;

/*
 * The fastest flavour that this processor has. The environment's LLAMA_KERNEL names one instead
 * (portable, rvv07, rvv10); NULL when it names one that is not there.
 */
const struct kernels *kernels_choose(void);

#endif
