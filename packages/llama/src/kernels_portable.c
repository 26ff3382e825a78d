/* SPDX-License-Identifier: MIT */
/* Portable C: the oracle for every other flavour. */
#include <math.h>
#include <string.h>

#include "exact.h"
#include "exp.h"
#include "kernels.h"

/*
 * Where the compiler can, it also makes the versions of wider x86 units and lets the program
 * loader choose. The bits are the same: nothing here may be reordered, and fmaf is fmaf.
 */
#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__ && \
    !defined __SANITIZE_ADDRESS__
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

/*
 * Two positions grow side by side: the sums of one do not wait for those of the other, so that the
 * second costs little. Constant bounds let compilers keep all sums in vector registers.
 */
static void put(const struct batch *batch, int position, const float *sums) {
    memcpy(batch->out + (size_t)position * batch->out_stride, sums, TILE * sizeof *sums);
}

WIDE static void one_f32(const struct batch *batch, const float *tile, int columns) {
    float sums[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            sums[r] += batch->x[c] * tile[(size_t)c * TILE + (size_t)r];
        }
    }
    put(batch, 0, sums);
}

WIDE static void two_f32(const struct batch *batch, const float *tile, int columns) {
    const float *x = batch->x, *y = batch->x + batch->x_stride;
    float sums[TILE] = {0}, others[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            float weight = tile[(size_t)c * TILE + (size_t)r];
            sums[r] += x[c] * weight;
            others[r] += y[c] * weight;
        }
    }
    put(batch, 0, sums);
    put(batch, 1, others);
}

static void tile_f32(const struct batch *batch, const float *tile, int columns) {
    (batch->count == 1 ? one_f32 : two_f32)(batch, tile, columns);
}

static void put_scaled(const struct batch *batch, int position, const float *sums,
                       const float *scale) {
    float *out = batch->out + (size_t)position * batch->out_stride;
    for (int r = 0; r < TILE; r++) {
        out[r] = scale[r] * sums[r];
    }
}

WIDE static void one_q16(const struct batch *batch, const int16_t *tile, const float *scale,
                         int columns) {
    float sums[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            sums[r] = fmaf(batch->x[c], (float)tile[(size_t)c * TILE + (size_t)r], sums[r]);
        }
    }
    put_scaled(batch, 0, sums, scale);
}

WIDE static void two_q16(const struct batch *batch, const int16_t *tile, const float *scale,
                         int columns) {
    const float *x = batch->x, *y = batch->x + batch->x_stride;
    float sums[TILE] = {0}, others[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        for (int r = 0; r < TILE; r++) {
            float weight = (float)tile[(size_t)c * TILE + (size_t)r];
            sums[r] = fmaf(x[c], weight, sums[r]);
            others[r] = fmaf(y[c], weight, others[r]);
        }
    }
    put_scaled(batch, 0, sums, scale);
    put_scaled(batch, 1, others, scale);
}

static void tile_q16(const struct batch *batch, const int16_t *tile, const float *scale,
                     int columns) {
    (batch->count == 1 ? one_q16 : two_q16)(batch, tile, scale, columns);
}

WIDE static void tile_q4(float *out, const float *x, const uint16_t *tile, const float *scale,
                         int columns) {
    float sums[TILE] = {0};
    for (int c = 0; c < columns; c++) {
        const uint16_t *words = tile + (size_t)(c / FOURS) * TILE;
        for (int r = 0; r < TILE; r++) {
            sums[r] = fmaf(x[c], (float)(words[r] >> (c % FOURS * 4) & 15), sums[r]);
        }
    }
    for (int r = 0; r < TILE; r++) {
        out[r] = scale[r] * sums[r];
    }
}

WIDE static void scores(float *out, const float *query, const float *keys, size_t stride, int size,
                        float root, int count) {
    memset(out, 0, (size_t)count * sizeof *out);
    for (int d = 0; d < size; d++) {
        for (int t = 0; t < count; t++) {
            out[t] += query[d] * keys[(size_t)d * stride + (size_t)t];
        }
    }
    for (int t = 0; t < count; t++) {
        out[t] /= root;
    }
}

WIDE static void weighted_sum(float *out, const float *weights, const float *values, int size,
                              int count) {
    memset(out, 0, (size_t)size * sizeof *out);
    for (int t = 0; t < count; t++) {
        for (int d = 0; d < size; d++) {
            out[d] += weights[t] * values[(size_t)t * (size_t)size + (size_t)d];
        }
    }
}

static void add(float *x, const float *more, int size) {
    for (int i = 0; i < size; i++) {
        x[i] += more[i];
    }
}

static void scale(float *out, const float *x, const float *weight, float factor, int size) {
    for (int i = 0; i < size; i++) {
        out[i] = weight[i] * (factor * x[i]);
    }
}

static void multiply(float *x, float factor, int size) {
    for (int i = 0; i < size; i++) {
        x[i] *= factor;
    }
}

static float max(const float *x, int size) {
    float max = x[0];
    for (int i = 1; i < size; i++) {
        max = x[i] > max ? x[i] : max;
    }
    return max;
}

static inline float exp_one(float x) {
    float rounded = fmaf(x, EXP_LOG2E, EXP_ROUND), n = rounded - EXP_ROUND;
    float r = fmaf(n, -EXP_LN2_HIGH, x);
    r = fmaf(n, -EXP_LN2_LOW, r);
    float p = fmaf(EXP_P5, r, EXP_P4);
    p = fmaf(p, r, EXP_P3);
    p = fmaf(p, r, EXP_P2);
    p = fmaf(p, r, EXP_P1);
    p = fmaf(p, r, EXP_P0);
    p = fmaf(p, r * r, r) + 1.0f;
    /* The low bits of `rounded` are those of n. */
    uint32_t bits;
    float power;
    memcpy(&bits, &rounded, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

WIDE static float exp_all(float *out, const float *x, float max, int size) {
    float lanes[LANES] = {0};
    for (int i = 0; i < size; i++) {
        float below = x[i] - max;
        out[i] = below < EXP_LEAST ? 0.0f : exp_one(below < EXP_LEAST ? EXP_LEAST : below);
    }
    for (int i = 0; i < size; i++) {
        lanes[i % LANES] += out[i];
    }
    float sum = 0.0f;
    for (int i = 0; i < LANES; i++) {
        sum += lanes[i];
    }
    return sum;
}

WIDE static void swiglu(float *gate, const float *up, int size) {
    for (int i = 0; i < size; i++) {
        float x = -gate[i];
        x = x < EXP_LEAST ? EXP_LEAST : x;
        x = x > -EXP_LEAST ? -EXP_LEAST : x;
        gate[i] = gate[i] / (1.0f + exp_one(x)) * up[i];
    }
}

const struct kernels kernels_portable = {
    .name = "portable",
    .tile_f32 = tile_f32,
    .tile_q16 = tile_q16,
    .tile_q4 = tile_q4,
    .scores = scores,
    .weighted_sum = weighted_sum,
    .add = add,
    .scale = scale,
    .max = max,
    .exp = exp_all,
    .swiglu = swiglu,
    .multiply = multiply,
};
