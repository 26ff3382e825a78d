/* SPDX-License-Identifier: MIT */
/*
 * From spectra to samples, frame by frame: pulses at the pitch, filtered; noise, filtered; a third
 * spectrum as it is; their sum, transformed back, windowed and overlapped.
 */
#ifndef HIBARI_VOCODER_H
#define HIBARI_VOCODER_H

#include <stdbool.h>
#include <stdint.h>

#include "fft.h"
#include "hibari.h"
#include "kernels/kernels.h"

enum { PITCHES = 128 }; /* frames whose pitch is known before their spectra; a power of two */

struct vocoder {
    const struct kernels *kernels;
    struct fft fft;
    float ramp[HIBARI_HOP]; /* from 0 to 1 within a hop */
    float window[FFT];
    float before[FFT], after[FFT]; /* the window as it is used, before and after the spectra */
    float pitch[PITCHES];          /* in Hz; of frame i at i % PITCHES */
    size_t pitches, frame;         /* that were given; whose spectra come next */
    uint32_t phase;                /* of the pulses, in turns of 2^32 */
    uint32_t noise[LANES];         /* states of the noise */
    float pulses[FFT];             /* from two frames before this one to the end of the next */
    float overlap[FFT];            /* the sum of what overlaps, from there on */
    float real[FFT_BINS], imaginary[FFT_BINS];
    float sum_real[FFT_BINS], sum_imaginary[FFT_BINS];
    float part_real[FFT_BINS], part_imaginary[FFT_BINS];
    float angle[FFT_BINS], time[FFT];
    float random[(2 * FFT_BINS + LANES - 1) / LANES * LANES];
};

void vocoder_open(struct vocoder *vocoder, const struct kernels *kernels);

void vocoder_begin(struct vocoder *vocoder);

/* The pitch of the next frame that has none, in Hz; below 40 it has no voice. */
void vocoder_pitch(struct vocoder *vocoder, float pitch);

/*
 * Takes the five spectra of the next frame. The pitch of the two frames after it is known, where
 * there are such. True when a hop is done: it is that of two frames before.
 */
bool vocoder_push(struct vocoder *vocoder, float *hop, const float *spectra);

/* The last two hops, after the last frame: number 0, then number 1. */
void vocoder_end(struct vocoder *vocoder, float *hop, size_t number);

#endif
