/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "kernels.h"

static void widen(void *tile, const int8_t *weights, size_t apart, size_t depth) {
    float *to = tile;
    (void)apart;
    for (size_t i = 0; i < depth * TILE; i++) {
        to[i] = weights[i];
    }
}

static void pack(void *panel, const float *x, size_t stride, size_t depth, size_t rows) {
    float *to = panel;
    for (size_t k = 0; k < depth; k++) {
        for (size_t r = 0; r < ROWS; r++) {
            to[k * ROWS + r] = r < rows ? x[r * stride + k] : 0;
        }
    }
}

static void multiply(const struct product *product) {
    const float *x = product->panel, *tile = product->tile;
    float sums[ROWS][TILE] = {0};
    for (size_t k = 0; k < product->depth; k++) {
        for (size_t r = 0; r < ROWS; r++) {
            for (size_t c = 0; c < TILE; c++) {
                sums[r][c] += x[k * ROWS + r] * tile[k * TILE + c];
            }
        }
    }
    for (size_t r = 0; r < product->rows; r++) {
        const float *base = product->base + r * product->base_stride;
        float *out = product->out + r * product->out_stride;
        for (size_t c = 0; c < product->columns; c++) {
            out[c] = base[c] + product->scales[c] * sums[r][c];
        }
    }
}

static void accumulate(float *to, const float *base, const float *a, const float *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[i] = base[i] + a[i] * b[i];
    }
}

static void depthwise(float *to, const float *x, size_t step, const float *weights,
                      const float *bias, size_t taps, size_t width) {
    memcpy(to, bias, width * sizeof *to);
    for (size_t tap = 0; tap < taps; tap++) {
        accumulate(to, to, x + tap * step, weights + tap * width, width);
    }
}

/* e^x for x <= 88, 0 below -87 and for what is no number: 2^n times the series of 2^f, |f| <= 1/2
 */
static float exponential(float x) {
    if (!(x >= -87.0f)) {
        return 0;
    }
    float scaled = (x < 88.0f ? x : 88.0f) * 1.44269504f;
    int whole = (int)(scaled + (scaled < 0 ? -0.5f : 0.5f));
    float f = scaled - (float)whole;
    float series = 0.00133336f + f * 0.00015404f;
    series = 0.05550411f + f * (0.00961813f + f * series);
    series = 1 + f * (0.69314718f + f * (0.24022651f + f * series));
    uint32_t bits;
    memcpy(&bits, &series, sizeof bits);
    bits += (uint32_t)whole << 23;
    memcpy(&series, &bits, sizeof bits);
    return series;
}

/* erf for x >= 0 within 1.5e-7: Abramowitz and Stegun, 7.1.26 */
static float error_function(float x) {
    float t = 1 / (1 + 0.3275911f * x);
    float series = t * (-1.453152027f + t * 1.061405429f);
    series = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + series)));
    return 1 - series * exponential(-x * x);
}

static void gelu(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float half = 0.5f * error_function(fabsf(x[i]) * 0.70710678f);
        x[i] *= x[i] < 0 ? 0.5f - half : 0.5f + half;
    }
}

static void norm(float *to, const float *x, const float *weight, const float *bias, size_t count) {
    float sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    float mean = sum / (float)count;
    for (size_t i = 0; i < count; i++) {
        squares += (x[i] - mean) * (x[i] - mean);
    }
    float factor = 1 / sqrtf(squares / (float)count + 1e-5f);
    for (size_t i = 0; i < count; i++) {
        to[i] = (x[i] - mean) * factor * weight[i] + bias[i];
    }
}

static void softmax(float *x, size_t count) {
    float largest = x[0], sum = 0;
    for (size_t i = 1; i < count; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    for (size_t i = 0; i < count; i++) {
        x[i] = exponential(x[i] - largest);
        sum += x[i];
    }
    for (size_t i = 0; i < count; i++) {
        x[i] /= sum;
    }
}

static void scores(float *out, const float *query, const float *keys, size_t stride, size_t size,
                   size_t count, float factor) {
    for (size_t j = 0; j < count; j++) {
        float sum = 0;
        for (size_t i = 0; i < size; i++) {
            sum += query[i] * keys[j * stride + i];
        }
        out[j] = factor * sum;
    }
}

static void weighted_sum(float *out, const float *weights, const float *values, size_t stride,
                         size_t size, size_t count) {
    memset(out, 0, size * sizeof *out);
    for (size_t j = 0; j < count; j++) {
        for (size_t i = 0; i < size; i++) {
            out[i] += weights[j] * values[j * stride + i];
        }
    }
}

/* Quarter turns are taken off in three parts, exactly; then the series of both. */
static void sincos_of(float x, float *sine, float *cosine) {
    if (!(fabsf(x) < 1e5f)) {
        x = 0;
    }
    int turns = (int)(x * 0.63661977f + (x < 0 ? -0.5f : 0.5f));
    float n = (float)turns;
    float r = ((x - n * 1.5703125f) - n * 4.8375129699707031e-4f) - n * 7.5497899548918821e-8f;
    float q = r * r;
    float s = r + r * q * (-0.16666667f + q * (0.0083333310f - q * 0.00019840874f));
    float c = 1 + q * (-0.5f + q * (0.041666638f + q * (-0.0013888378f + q * 0.00002476f)));
    float swapped = turns & 1 ? c : s, other = turns & 1 ? s : c;
    *sine = turns & 2 ? -swapped : swapped;
    *cosine = (turns + 1) & 2 ? -other : other;
}

static void polar(float *real, float *imaginary, const float *x, const float *angle, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float s, c, size = exponential(x[i] < 7 ? x[i] : 7);
        sincos_of(angle[i], &s, &c);
        real[i] = size * c;
        imaginary[i] = size * s;
    }
}

static void filter(float *real, float *imaginary, const float *a_real, const float *a_imaginary,
                   const float *b_real, const float *b_imaginary, size_t count) {
    for (size_t i = 0; i < count; i++) {
        real[i] += a_real[i] * b_real[i] - a_imaginary[i] * b_imaginary[i];
        imaginary[i] += a_real[i] * b_imaginary[i] + a_imaginary[i] * b_real[i];
    }
}

static void split(float *real, float *imaginary, const float *x, const float *y,
                  const float *cosine, const float *sine, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++) {
        size_t j = size - i;
        float sum = y[i] + y[j], difference = x[j] - x[i];
        real[i] = 0.5f * (x[i] + x[j] + sum * cosine[i] + difference * sine[i]);
        imaginary[i] = 0.5f * (y[i] - y[j] + difference * cosine[i] - sum * sine[i]);
    }
}

static void turn(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float e = exponential(x[i] < 10 ? 2 * x[i] : 20);
        x[i] = 3.14159265f * ((e - 1) / (e + 1));
    }
}

static float sine_of(float x) {
    float s, c;
    sincos_of(x, &s, &c);
    return s;
}

static void noise(float *to, uint32_t *states, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t *state = &states[i % LANES];
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        uint32_t word = *state * 0x9e3779b1u;
        uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
        to[i] = ((float)sum - 510) * (1 / 147.8f);
    }
}

static void steps(uint32_t *moves, float *harmonics, const float *ramp, float from, float slope,
                  size_t count) {
    for (size_t i = 0; i < count; i++) {
        float pitch = from + slope * ramp[i];
        bool is_voiced = pitch > UNVOICED_HZ;
        pitch = is_voiced ? pitch : UNVOICED_HZ;
        moves[i] = (uint32_t)(pitch * (4294967296.0f / RATE) + 0.5f);
        harmonics[i] = is_voiced ? (float)(int)(HARMONICS_HZ / pitch) + 0.5f : 0;
    }
}

static void pulses(float *to, const uint32_t *phases, const float *harmonics, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float angle = (float)(int32_t)phases[i] * (6.28318531f / 4294967296.0f);
        float divisor = 2 * sine_of(angle * 0.5f);
        float sum =
            fabsf(divisor) <= 2e-3f ? harmonics[i] : sine_of(angle * harmonics[i]) / divisor;
        to[i] = harmonics[i] > 0 ? sum - 0.5f : 0;
    }
}

static void deal(float *even, float *odd, const float *x, const float *weights, size_t count) {
    for (size_t i = 0; i < count; i++) {
        even[i] = x[2 * i] * weights[i];
        odd[i] = x[2 * i + 1] * weights[count + i];
    }
}

static void weave(float *to, const float *even, const float *odd, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[2 * i] = factor * even[i];
        to[2 * i + 1] = factor * odd[i];
    }
}

static void spread(float *to_real, float *to_imaginary, const float *from_real,
                   const float *from_imaginary, const float *cosine, const float *sine,
                   size_t apart, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float real = from_real[i], imaginary = from_imaginary[i];
        to_real[i * apart] = real * cosine[i] + imaginary * sine[i];
        to_imaginary[i * apart] = imaginary * cosine[i] - real * sine[i];
    }
}

static void combine(float *to_real, float *to_imaginary, const float *from_real,
                    const float *from_imaginary, size_t apart, const float *factors, size_t radix,
                    size_t count) {
    for (size_t i = 0; i < count; i++) {
        float real = 0, imaginary = 0;
        for (size_t r = 0; r < radix; r++) {
            float a = from_real[r * apart + i], b = from_imaginary[r * apart + i];
            float c = factors[2 * r], s = factors[2 * r + 1];
            real += a * c + b * s;
            imaginary += b * c - a * s;
        }
        to_real[i] = real;
        to_imaginary[i] = imaginary;
    }
}

#define SET(kernel, parameters) .kernel = kernel,
const struct kernels hibari_portable = {
    .name = "portable", .columns = TILE, .depth = DEPTH, KERNELS(SET)};
