/* SPDX-License-Identifier: MIT */
/* Portable C: the oracle for every other kernel. */
#include "kernels.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "exact.h"

static float dot(const float *a, const float *b, int size) {
    float sum = 0.0f;
    for (int i = 0; i < size; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

enum {
    ROWS = 4, /* sums that grow at a time */
    STEP = 8, /* terms of each before the addresses move on */
};

/* Adds `count` terms to the sums of ROWS rows, each in order of its columns. */
static void add_terms(float *sums, const float *x, const float *w, int columns, int count) {
    for (int i = 0; i < count; i++) {
        for (int row = 0; row < ROWS; row++) {
            sums[row] += w[(size_t)row * (size_t)columns + (size_t)i] * x[i];
        }
    }
}

/*
 * A row's sum is a chain: each addition waits for the one before it. Four rows side by side fill
 * the waiting, and each keeps its own order. The constant STEP lets compilers unroll: on riscv64
 * that saves three instructions in ten.
 */
static void matmul(float *out, const float *x, const float *w, int columns, int rows) {
    int row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        const float *block = w + (size_t)row * (size_t)columns;
        float sums[ROWS] = {0};
        int i = 0;
        for (; i + STEP <= columns; i += STEP) {
            add_terms(sums, x + i, block + i, columns, STEP);
        }
        add_terms(sums, x + i, block + i, columns, columns - i);
        memcpy(out + row, sums, sizeof sums);
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
