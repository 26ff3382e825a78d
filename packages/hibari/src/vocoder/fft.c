/* SPDX-License-Identifier: MIT */
#include "fft.h"

#include <math.h>
#include <stddef.h>

enum { HALF = FFT / 2, FIRST = 25, SECOND = 24 };

static const size_t first_radices[] = {5, 5}, second_radices[] = {4, 3, 2};
enum { FIRST_PASSES = 2, SECOND_PASSES = 3 };

/* The factors of all sums of a transform of `size`, in order of use; returns what follows them. */
static float *put_factors(const struct fft *fft, float *to, size_t size, const size_t *radices,
                          size_t passes) {
    for (size_t pass = 0; pass < passes; pass++) {
        size_t radix = radices[pass], smaller = size / radix;
        for (size_t k = 0; k < smaller; k++) {
            for (size_t t = 0; t < radix; t++) {
                for (size_t r = 0; r < radix; r++) {
                    size_t at = (FFT / radix * t * r + FFT / size * k * t) % FFT;
                    *to++ = fft->cosine[at];
                    *to++ = fft->sine[at];
                }
            }
        }
        size = smaller;
    }
    return to;
}

void fft_open(struct fft *fft, const struct kernels *kernels) {
    fft->kernels = kernels;
    for (size_t k = 0; k < FFT; k++) {
        double turn = 6.283185307179586 * (double)k / FFT;
        fft->cosine[k] = (float)cos(turn);
        fft->sine[k] = (float)sin(turn);
    }
    float *rest = put_factors(fft, fft->factors, FIRST, first_radices, FIRST_PASSES);
    put_factors(fft, rest, SECOND, second_radices, SECOND_PASSES);
    for (size_t i = 0; i < HALF; i++) {
        size_t at = 2 * (i / SECOND) * (i % SECOND);
        fft->turn_real[i] = fft->cosine[at];
        fft->turn_imaginary[i] = fft->sine[at];
    }
}

/*
 * Stockham's transforms of `columns` columns of numbers in place *from, which sort themselves: each
 * pass takes transforms of `size`, `stride` of them interleaved, apart into `radix` smaller ones.
 * *from becomes the place of the result. Returns the factors of what follows.
 */
static const float *transform_columns(struct fft *fft, int *from, const float *factors, size_t size,
                                      size_t columns, const size_t *radices, size_t passes) {
    size_t stride = columns;
    for (size_t pass = 0; pass < passes; pass++) {
        size_t radix = radices[pass], smaller = size / radix;
        float *to_real = fft->real[!*from], *to_imaginary = fft->imaginary[!*from];
        const float *real = fft->real[*from], *imaginary = fft->imaginary[*from];
        for (size_t to = 0; to < size; to++, factors += 2 * radix) {
            size_t k = to / radix;
            fft->kernels->combine(to_real + to * stride, to_imaginary + to * stride,
                                  real + k * stride, imaginary + k * stride, smaller * stride,
                                  factors, radix, stride);
        }
        *from = !*from;
        size = smaller;
        stride *= radix;
    }
    return factors;
}

/* Turns each number of (FIRST, SECOND), and makes rows columns. */
static void turn_over(struct fft *fft, int *from) {
    const float *real = fft->real[*from], *imaginary = fft->imaginary[*from];
    float *to_real = fft->real[!*from], *to_imaginary = fft->imaginary[!*from];
    for (size_t row = 0; row < FIRST; row++) {
        size_t at = row * SECOND;
        fft->kernels->spread(to_real + row, to_imaginary + row, real + at, imaginary + at,
                             fft->turn_real + at, fft->turn_imaginary + at, FIRST, SECOND);
    }
    *from = !*from;
}

/* The transform of the numbers in place 0; returns the place of the result. */
static int transform(struct fft *fft) {
    int from = 0;
    const float *rest =
        transform_columns(fft, &from, fft->factors, FIRST, SECOND, first_radices, FIRST_PASSES);
    turn_over(fft, &from);
    transform_columns(fft, &from, rest, SECOND, FIRST, second_radices, SECOND_PASSES);
    return from;
}

void fft_forward(struct fft *fft, float *real, float *imaginary, const float *x,
                 const float *weights) {
    fft->kernels->deal(fft->real[0], fft->imaginary[0], x, weights, HALF);
    int place = transform(fft);
    float *a = fft->real[place], *b = fft->imaginary[place];
    a[HALF] = a[0];
    b[HALF] = b[0];
    fft->kernels->split(real, imaginary, a, b, fft->cosine, fft->sine, FFT_BINS, HALF);
}

/*
 * Real and imaginary parts change their places, before and after: that is the inverse. The cosines
 * of half a turn more are those with the other sign.
 */
void fft_inverse(struct fft *fft, float *x, const float *real, const float *imaginary) {
    fft->kernels->split(fft->imaginary[0], fft->real[0], real, imaginary, fft->cosine + HALF,
                        fft->sine, HALF, HALF);
    int place = transform(fft);
    fft->kernels->weave(x, fft->imaginary[place], fft->real[place], 1.0f / HALF, HALF);
}
