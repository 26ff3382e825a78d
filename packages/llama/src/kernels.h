/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of a token, behind one table, so that vector units can bring their own.
 *
 * The contract is run.c's result to the last bit: each sum is one float32 accumulator that takes
 * its terms in index order, and nothing is contracted into a fused multiply-add.
 */
#ifndef LLAMA_KERNELS_H
#define LLAMA_KERNELS_H

struct kernels {
    /* out[rows] = w(rows, columns) times x[columns] */
    void (*matmul)(float *out, const float *x, const float *w, int columns, int rows);
    /* out[size] = x scaled to root mean square 1, times weight; out may be x */
    void (*rmsnorm)(float *out, const float *x, const float *weight, int size);
    /* x[size] becomes its softmax; the normaliser is a sequential sum (engine's contract) */
    void (*softmax)(float *x, int size);
    /* gate[size] = silu(gate) * up */
    void (*swiglu)(float *gate, const float *up, int size);
    /* sum of a[i] * b[i] */
    float (*dot)(const float *a, const float *b, int size);
    /* out[size] += factor * x[size] */
    void (*add_scaled)(float *out, const float *x, float factor, int size);
};

extern const struct kernels kernels_scalar;

#endif
