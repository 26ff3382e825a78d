/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic of run.c to the last bit: each sum is one float32 that takes its terms in index
 * order, nothing is contracted into a fused multiply-add, and expf is the C library's.
 */
#ifndef LLAMA_ARITHMETIC_H
#define LLAMA_ARITHMETIC_H

/* sum of a[i] * b[i] */
float exact_dot(const float *a, const float *b, int size);

/* out[rows] = w(rows, columns), row-major, times x[columns] */
void exact_rows(float *out, const float *x, const float *w, int columns, int rows);

/* x[size] becomes its softmax; the normaliser is a sequential sum */
void exact_softmax(float *x, int size);

/* gate[size] = silu(gate) * up */
void exact_swiglu(float *gate, const float *up, int size);

#endif
