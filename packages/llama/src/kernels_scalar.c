/* SPDX-License-Identifier: MIT */
/* Portable C: the oracle for every other kernel. */
#include "kernels.h"

#include <math.h>
#include <stddef.h>

#include "exact.h"

static float dot(const float *a, const float *b, int size) {
    float sum = 0.0f;
    for (int i = 0; i < size; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/*
 * Four rows at a time: each keeps its own sum in order, and the four chains of dependent
 * additions overlap where one alone would wait out the adder's latency at every term.
 */
static void matmul(float *out, const float *x, const float *w, int columns, int rows) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
        const float *w0 = w + (size_t)row * (size_t)columns;
        const float *w1 = w0 + columns, *w2 = w1 + columns, *w3 = w2 + columns;
        float sum0 = 0.0f, sum1 = 0.0f, sum2 = 0.0f, sum3 = 0.0f;
        for (int i = 0; i < columns; i++) {
            sum0 += w0[i] * x[i];
            sum1 += w1[i] * x[i];
            sum2 += w2[i] * x[i];
            sum3 += w3[i] * x[i];
        }
        out[row] = sum0;
        out[row + 1] = sum1;
        out[row + 2] = sum2;
        out[row + 3] = sum3;
    }
    for (; row < rows; row++) {
        out[row] = dot(w + (size_t)row * (size_t)columns, x, columns);
    }
}

static void rmsnorm(float *out, const float *x, const float *weight, int size) {
    float mean = dot(x, x, size) / (float)size;
    float scale = 1.0f / sqrtf(mean + 1e-5f);
    for (int i = 0; i < size; i++) {
        out[i] = weight[i] * (scale * x[i]);
    }
}

static void softmax(float *x, int size) {
    float most = x[0];
    for (int i = 1; i < size; i++) {
        most = x[i] > most ? x[i] : most;
    }
    float sum = 0.0f;
    for (int i = 0; i < size; i++) {
        x[i] = expf(x[i] - most);
        sum += x[i];
    }
    for (int i = 0; i < size; i++) {
        x[i] /= sum;
    }
}

static void swiglu(float *gate, const float *up, int size) {
    for (int i = 0; i < size; i++) {
        float value = gate[i];
        value *= 1.0f / (1.0f + expf(-value));
        gate[i] = value * up[i];
    }
}

static void add_scaled(float *out, const float *x, float factor, int size) {
    for (int i = 0; i < size; i++) {
        out[i] += factor * x[i];
    }
}

const struct kernels kernels_scalar = {
    .matmul = matmul,
    .rmsnorm = rmsnorm,
    .softmax = softmax,
    .swiglu = swiglu,
    .dot = dot,
    .add_scaled = add_scaled,
};
