/* SPDX-License-Identifier: MIT */
/* The Fourier transform of 1200 real numbers, and back: a complex one of 600 and a last step. */
#ifndef HIBARI_FFT_H
#define HIBARI_FFT_H

enum { FFT = 1200, FFT_BINS = FFT / 2 + 1 };

struct fft {
    float cosine[FFT], sine[FFT]; /* of k / FFT turns */
    float real[2][FFT / 2], imaginary[2][FFT / 2];
};

void fft_open(struct fft *fft);

/* real[k] + i imaginary[k] = sum of x[j] e^(-2 pi i j k / FFT), k < FFT_BINS */
void fft_forward(struct fft *fft, float *real, float *imaginary, const float *x);

/* The inverse; the imaginary parts of the first and the last bin are taken as 0. */
void fft_inverse(struct fft *fft, float *x, const float *real, const float *imaginary);

#endif
