/* SPDX-License-Identifier: MIT */
/*
 * The Fourier transform of 1200 real numbers, and back: a complex one of 600 and a last step.
 *
 * That of 600 is one of 25, of 24 columns side by side, then one of 24, of 25 columns; so all its
 * sums are of many numbers in a row.
 */
#ifndef HIBARI_FFT_H
#define HIBARI_FFT_H

#include "kernels/kernels.h"

enum {
    FFT = 1200,
    FFT_BINS = FFT / 2 + 1,
    FFT_FACTORS =
        268, /* 5 * 25 + 5 * 5 of the first transform, 4 * 24 + 3 * 6 + 2 * 2 of the other */
};

struct fft {
    const struct kernels *kernels;
    float cosine[FFT], sine[FFT]; /* of k / FFT turns */
    float factors[2 * FFT_FACTORS];
    float turn_real[FFT / 2], turn_imaginary[FFT / 2]; /* between the two transforms */
    float real[2][FFT_BINS], imaginary[2][FFT_BINS];
};

void fft_open(struct fft *fft, const struct kernels *kernels);

/*
 * real[k] + i imaginary[k] = sum of w[j] x[j] e^(-2 pi i j k / FFT), k < FFT_BINS; `weights` are w
 * of even j, then of odd ones.
 */
void fft_forward(struct fft *fft, float *real, float *imaginary, const float *x,
                 const float *weights);

/* The inverse; the imaginary parts of the first and the last bin are 0. */
void fft_inverse(struct fft *fft, float *x, const float *real, const float *imaginary);

#endif
