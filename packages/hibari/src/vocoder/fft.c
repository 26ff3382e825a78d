/* SPDX-License-Identifier: MIT */
#include "fft.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { HALF = FFT / 2, WIDEST_RADIX = 5 };

static const size_t radices[] = {5, 5, 4, 3, 2}; /* their product is HALF */

void fft_open(struct fft *fft) {
    for (size_t k = 0; k < FFT; k++) {
        double turn = 6.283185307179586 * (double)k / FFT;
        fft->cosine[k] = (float)cos(turn);
        fft->sine[k] = (float)sin(turn);
    }
}

/* `count` sums of `radix` terms, `apart` from each other; the factor of term r is step * r turns.
 */
static void combine(const struct fft *fft, float *real, float *imaginary, const float *from_real,
                    const float *from_imaginary, size_t radix, size_t apart, size_t step,
                    size_t turn, size_t count) {
    float c[WIDEST_RADIX], s[WIDEST_RADIX];
    for (size_t r = 0; r < radix; r++) {
        size_t at = (step * r + turn) % FFT;
        c[r] = fft->cosine[at];
        s[r] = fft->sine[at];
    }
    for (size_t q = 0; q < count; q++) {
        float sum_real = 0, sum_imaginary = 0;
        for (size_t r = 0; r < radix; r++) {
            float a = from_real[q + r * apart], b = from_imaginary[q + r * apart];
            sum_real += a * c[r] + b * s[r];
            sum_imaginary += b * c[r] - a * s[r];
        }
        real[q] = sum_real;
        imaginary[q] = sum_imaginary;
    }
}

/*
 * Stockham's transform of the numbers in place 0, which sorts itself: each pass takes transforms
 * of `size`, `stride` of them interleaved, apart into `radix` smaller ones. Returns the place of
 * the result.
 */
static int transform(struct fft *fft) {
    int from = 0;
    size_t size = HALF, stride = 1;
    for (size_t pass = 0; pass < sizeof radices / sizeof *radices; pass++) {
        size_t radix = radices[pass], smaller = size / radix;
        for (size_t k = 0; k < smaller; k++) {
            for (size_t t = 0; t < radix; t++) {
                size_t to = stride * (radix * k + t);
                combine(fft, fft->real[!from] + to, fft->imaginary[!from] + to,
                        fft->real[from] + stride * k, fft->imaginary[from] + stride * k, radix,
                        stride * smaller, FFT / radix * t, FFT / size * k * t, stride);
            }
        }
        from = !from;
        size = smaller;
        stride *= radix;
    }
    return from;
}

void fft_forward(struct fft *fft, float *real, float *imaginary, const float *x) {
    for (size_t k = 0; k < HALF; k++) {
        fft->real[0][k] = x[2 * k];
        fft->imaginary[0][k] = x[2 * k + 1];
    }
    int place = transform(fft);
    const float *a = fft->real[place], *b = fft->imaginary[place];
    for (size_t k = 0; k <= HALF; k++) {
        size_t here = k % HALF, mirror = (HALF - k) % HALF;
        float even_real = (a[here] + a[mirror]) / 2, even_imaginary = (b[here] - b[mirror]) / 2;
        float odd_real = (b[here] + b[mirror]) / 2, odd_imaginary = (a[mirror] - a[here]) / 2;
        float c = fft->cosine[k], s = fft->sine[k];
        real[k] = even_real + odd_real * c + odd_imaginary * s;
        imaginary[k] = even_imaginary + odd_imaginary * c - odd_real * s;
    }
}

/* Real and imaginary parts change their places, before and after: that is the inverse. */
void fft_inverse(struct fft *fft, float *x, const float *real, const float *imaginary) {
    for (size_t k = 0; k < HALF; k++) {
        size_t mirror = HALF - k;
        float here = k == 0 ? 0 : imaginary[k], there = mirror == HALF ? 0 : imaginary[mirror];
        float even_real = (real[k] + real[mirror]) / 2, even_imaginary = (here - there) / 2;
        float odd_real = (real[k] - real[mirror]) / 2, odd_imaginary = (here + there) / 2;
        float c = fft->cosine[k], s = fft->sine[k];
        float turned_real = odd_real * c - odd_imaginary * s;
        float turned_imaginary = odd_imaginary * c + odd_real * s;
        fft->imaginary[0][k] = even_real - turned_imaginary;
        fft->real[0][k] = even_imaginary + turned_real;
    }
    int place = transform(fft);
    for (size_t k = 0; k < HALF; k++) {
        x[2 * k] = fft->imaginary[place][k] / HALF;
        x[2 * k + 1] = fft->real[place][k] / HALF;
    }
}
