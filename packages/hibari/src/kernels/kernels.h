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
    TILE = 16,    /* columns of a tile of weights: 64 bytes of float32 */
    ROWS = 6,     /* rows that share a tile's weights: as many as registers hold sums for */
    DEPTH = 256,  /* of a product at a time, at most: rows and weights fit into the first cache */
    LANES = 32,   /* what some counts are a multiple of */
    RATE = 24000, /* samples per second */
    UNVOICED_HZ = 40,     /* Hz: pitches up to there have no voice */
    HARMONICS_HZ = 11000, /* Hz: of harmonics */
    SLACK = 256, /* bytes after all that is given, which may be read; of panels, overwritten */
};

/*
 * out[r][c] = base[r][c] + scales[c] * sum over k < depth of x[r][k] * weights[k][c]
 *
 * `panel` holds x and `tile` the weights, as the flavour's own `pack` and `widen` left them.
 */
struct product {
    float *out;
    const float *base; /* may be out */
    size_t out_stride, base_stride;
    const float *scales;
    const void *panel, *tile;
    size_t depth; /* even */
    size_t rows;  /* 1 to ROWS */
    size_t columns;
};

/* Each kernel's prototype: KERNEL(name, parameters). Strides are in floats. */
#define KERNELS(KERNEL)                                                                            \
    /*                                                                                             \
     * int8 weights (depth, TILE) for `multiply`, where it takes two tiles side by side both, the  \
     * second one `apart` bytes after the first.                                                   \
     */                                                                                            \
    KERNEL(widen, (void *tile, const int8_t *weights, size_t apart, size_t depth))                 \
    /* `rows` rows of x for `multiply`: 4 * ROWS * depth bytes, where depth is at least ROWS */    \
    KERNEL(pack, (void *panel, const float *x, size_t stride, size_t depth, size_t rows))          \
    KERNEL(multiply, (const struct product *product))                                              \
    /* to[i] = base[i] + a[i] * b[i]; base may be to */                                            \
    KERNEL(accumulate,                                                                             \
           (float *to, const float *base, const float *a, const float *b, size_t count))           \
    /* to[i] = bias[i] + sum over t < taps of x[t * step + i] * weights[t * width + i] */          \
    KERNEL(depthwise, (float *to, const float *x, size_t step, const float *weights,               \
                       const float *bias, size_t taps, size_t width))                              \
    /* x[i] = x[i] * (1 + erf(x[i] / sqrt(2))) / 2, within 1e-6 of the larger of 1 and |x[i]| */   \
    KERNEL(gelu, (float *x, size_t count))                                                         \
    /* to = (x - mean) / deviation * weight + bias; to may be x; count a multiple of LANES */      \
    KERNEL(norm,                                                                                   \
           (float *to, const float *x, const float *weight, const float *bias, size_t count))      \
    /* x[i] = e^(x[i] - largest) / their sum */                                                    \
    KERNEL(softmax, (float *x, size_t count))                                                      \
    /* out[j] = factor * sum over i < size of query[i] * keys[j * stride + i]; LANES divide size   \
     */                                                                                            \
    KERNEL(scores, (float *out, const float *query, const float *keys, size_t stride, size_t size, \
                    size_t count, float factor))                                                   \
    /* out[i] = sum over j < count of weights[j] * values[j * stride + i]; LANES divide size */    \
    KERNEL(weighted_sum, (float *out, const float *weights, const float *values, size_t stride,    \
                          size_t size, size_t count))                                              \
    /* real[i] = e^min(x[i], 7) * cos(angle[i]), the other sin; beyond +-1e5 any angle's */        \
    KERNEL(polar,                                                                                  \
           (float *real, float *imaginary, const float *x, const float *angle, size_t count))      \
    /* Of complex numbers: to[i] += a[i] * b[i] */                                                 \
    KERNEL(filter, (float *real, float *imaginary, const float *a_real, const float *a_imaginary,  \
                    const float *b_real, const float *b_imaginary, size_t count))                  \
    /*                                                                                             \
     * One step between the transforms of real and of complex numbers, for i < count, with j =     \
     * size - i: 2 * real[i] = x[i] + x[j] + (y[i] + y[j]) * cosine[i] + (x[j] - x[i]) * sine[i],  \
     * 2 * imaginary[i] = y[i] - y[j] + (x[j] - x[i]) * cosine[i] - (y[i] + y[j]) * sine[i]        \
     */                                                                                            \
    KERNEL(split, (float *real, float *imaginary, const float *x, const float *y,                  \
                   const float *cosine, const float *sine, size_t count, size_t size))             \
    /* x[i] = pi * tanh(x[i]) */                                                                   \
    KERNEL(turn, (float *x, size_t count))                                                         \
    /*                                                                                             \
     * Random numbers, near enough to the normal distribution: each is the sum of four from 0 to   \
     * 255, scaled to the variance 1. `states` are LANES generators that take turns, none of them  \
     * 0; LANES divide count.                                                                      \
     */                                                                                            \
    KERNEL(noise, (float *to, uint32_t *states, size_t count))                                     \
    /*                                                                                             \
     * Of a pitch in Hz, from + slope * ramp[i], how far it moves the phase in a sample, in turns  \
     * of 2^32, and half more than the number of its harmonics up to HARMONICS_HZ; where it is not \
     * above UNVOICED_HZ, as if it were that, and 0.                                               \
     */                                                                                            \
    KERNEL(steps, (uint32_t *moves, float *harmonics, const float *ramp, float from, float slope,  \
                   size_t count))                                                                  \
    /*                                                                                             \
     * to[i] = sum of cos(h t), 1 <= h < harmonics[i], with t = phases[i]: with n for harmonics[i] \
     * that is sin(n t) / (2 sin(t / 2)) - 1/2; 0 without harmonics                                \
     */                                                                                            \
    KERNEL(pulses, (float *to, const uint32_t *phases, const float *harmonics, size_t count))      \
    /* even[i] = x[2 * i] * weights[i], odd[i] = x[2 * i + 1] * weights[count + i] */              \
    KERNEL(deal, (float *even, float *odd, const float *x, const float *weights, size_t count))    \
    /* to[2 * i] = factor * even[i], to[2 * i + 1] = factor * odd[i] */                            \
    KERNEL(weave, (float *to, const float *even, const float *odd, float factor, size_t count))    \
    /* Of complex numbers: to[i * apart] = from[i] * (cosine[i] - i * sine[i]) */                  \
    KERNEL(spread, (float *to_real, float *to_imaginary, const float *from_real,                   \
                    const float *from_imaginary, const float *cosine, const float *sine,           \
                    size_t apart, size_t count))                                                   \
    /*                                                                                             \
     * Of complex numbers: to[i] = sum over r < radix of from[r * apart + i] * f[r], with the real \
     * part of f[r] in factors[2 * r], and in the next one the imaginary part, negated.            \
     */                                                                                            \
    KERNEL(combine, (float *to_real, float *to_imaginary, const float *from_real,                  \
                     const float *from_imaginary, size_t apart, const float *factors,              \
                     size_t radix, size_t count))

/* One flavour of all of them. */
struct kernels {
    const char *name;
    size_t columns; /* that `multiply` takes at a time: TILE, or twice as many */
    size_t depth;   /* that its sums are good for: DEPTH, or less */
#define POINTER(kernel, parameters) void(*kernel) parameters;
    KERNELS(POINTER)
#undef POINTER
};

extern const struct kernels hibari_portable;

/*
 * The fastest that this processor has, and `exact` the fastest of float32 throughout. The
 * environment's HIBARI_KERNEL names one for both (portable, rvv07, rvv10), or for the first
 * (rvv07half); false when that is not there.
 */
bool hibari_choose(struct kernels *fast, struct kernels *exact);

#endif
