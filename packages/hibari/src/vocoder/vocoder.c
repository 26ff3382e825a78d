/* SPDX-License-Identifier: MIT */
#include "vocoder.h"

#include <math.h>
#include <string.h>

enum {
    BINS = FFT_BINS,
    OVERLAPS = FFT / HIBARI_HOP,
    NEXT = 3 * HIBARI_HOP, /* where the next frame's pulses begin */
};
/* The sum of the squares of a Hann window's four quarters is 3/2 everywhere. */
static const float all_weights = 1.5f;
_Static_assert((int)HIBARI_RATE == (int)RATE, "the kernels have the pulses' phase from it");

void vocoder_open(struct vocoder *vocoder, const struct kernels *kernels) {
    vocoder->kernels = kernels;
    fft_open(&vocoder->fft, kernels);
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        vocoder->ramp[i] = ((float)i + 0.5f) / HIBARI_HOP;
    }
    for (size_t i = 0; i < FFT; i++) {
        float window = 0.5f - 0.5f * vocoder->fft.cosine[i];
        vocoder->window[i] = window;
        vocoder->before[i / 2 + i % 2 * (FFT / 2)] = window / HIBARI_HOP;
        vocoder->after[i] = window / all_weights;
    }
}

void vocoder_begin(struct vocoder *vocoder) {
    vocoder->pitches = vocoder->frame = 0;
    vocoder->phase = 0;
    for (uint32_t i = 0; i < LANES; i++) {
        vocoder->noise[i] = (i + 1) * 0x9e3779b1u;
    }
    memset(vocoder->overlap, 0, sizeof vocoder->overlap);
}

void vocoder_pitch(struct vocoder *vocoder, float pitch) {
    vocoder->pitch[vocoder->pitches++ % PITCHES] = pitch;
}

static float pitch_of(const struct vocoder *vocoder, size_t frame) {
    size_t last = vocoder->pitches - 1;
    return vocoder->pitch[(frame < last ? frame : last) % PITCHES];
}

/*
 * All harmonics up to HARMONICS_HZ, at one amplitude. The pitch is that of the frames' middles, and
 * between them on a line.
 */
static void make_pulses(struct vocoder *vocoder, float *pulses, size_t frame) {
    enum { HALF = HIBARI_HOP / 2 };
    float here = pitch_of(vocoder, frame), after = pitch_of(vocoder, frame + 1) - here;
    float before = here - pitch_of(vocoder, frame > 0 ? frame - 1 : 0);
    uint32_t phases[HIBARI_HOP];
    float harmonics[HIBARI_HOP];
    vocoder->kernels->steps(phases, harmonics, vocoder->ramp, here - before * 0.5f, before, HALF);
    vocoder->kernels->steps(phases + HALF, harmonics + HALF, vocoder->ramp + HALF,
                            here - after * 0.5f, after, HALF);
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        phases[i] = vocoder->phase += phases[i];
    }
    vocoder->kernels->pulses(pulses, phases, harmonics, HIBARI_HOP);
}

/* Beyond both ends the pulses are mirrored. */
static void move_pulses(struct vocoder *vocoder) {
    float *pulses = vocoder->pulses;
    if (vocoder->frame == 0) {
        make_pulses(vocoder, pulses + FFT / 2, 0);
        make_pulses(vocoder, pulses + NEXT, 1);
        pulses[0] = 0; /* the window has no weight there */
        for (size_t i = 1; i < FFT / 2; i++) {
            pulses[FFT / 2 - i] = pulses[FFT / 2 + i];
        }
        return;
    }
    memmove(pulses, pulses + HIBARI_HOP, NEXT * sizeof *pulses);
    if (vocoder->frame + 1 < vocoder->pitches) {
        make_pulses(vocoder, pulses + NEXT, vocoder->frame + 1);
        return;
    }
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        pulses[NEXT + i] = pulses[NEXT - 2 - i];
    }
}

/* The pulses' spectrum, where a cosine of amplitude 1 has the height 1. */
static void analyse(struct vocoder *vocoder) {
    fft_forward(&vocoder->fft, vocoder->real, vocoder->imaginary, vocoder->pulses, vocoder->before);
}

/* The third spectrum is that of what is neither. */
static void begin_sum(struct vocoder *vocoder, const float *size, const float *angle) {
    vocoder->kernels->polar(vocoder->sum_real, vocoder->sum_imaginary, size, angle, BINS);
}

static void add_pulses(struct vocoder *vocoder, const float *size, const float *turns) {
    memcpy(vocoder->angle, turns, sizeof vocoder->angle);
    vocoder->kernels->turn(vocoder->angle, BINS);
    vocoder->kernels->polar(vocoder->part_real, vocoder->part_imaginary, size, vocoder->angle,
                            BINS);
    vocoder->kernels->filter(vocoder->sum_real, vocoder->sum_imaginary, vocoder->real,
                             vocoder->imaginary, vocoder->part_real, vocoder->part_imaginary, BINS);
}

static void add_noise(struct vocoder *vocoder, const float *size) {
    memset(vocoder->angle, 0, sizeof vocoder->angle);
    vocoder->kernels->polar(vocoder->part_real, vocoder->part_imaginary, size, vocoder->angle,
                            BINS);
    float *random = vocoder->random;
    vocoder->kernels->noise(random, vocoder->noise, sizeof vocoder->random / sizeof *random);
    vocoder->kernels->filter(vocoder->sum_real, vocoder->sum_imaginary, random, random + BINS,
                             vocoder->part_real, vocoder->part_imaginary, BINS);
}

/* A finished hop. At both ends it is of fewer frames, of smaller weight together. */
static void finish(const struct vocoder *vocoder, float *hop, const float *sum, size_t number) {
    memcpy(hop, sum, HIBARI_HOP * sizeof *hop);
    if (number > 0 && number + 2 < vocoder->frame) {
        return;
    }
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        float weight = 0;
        for (size_t q = 0; q < OVERLAPS; q++) {
            size_t frame = number + 2 - q; /* wraps round before the first one */
            float window = vocoder->window[q * HIBARI_HOP + i];
            weight += frame < vocoder->frame ? window * window : 0;
        }
        hop[i] *= all_weights / (weight > 1e-11f ? weight : 1e-11f);
    }
}

bool vocoder_push(struct vocoder *vocoder, float *hop, const float *spectra) {
    move_pulses(vocoder);
    analyse(vocoder);
    begin_sum(vocoder, spectra + 3 * BINS, spectra + 4 * BINS);
    add_pulses(vocoder, spectra, spectra + BINS);
    add_noise(vocoder, spectra + 2 * BINS);
    vocoder->sum_imaginary[0] = vocoder->sum_imaginary[BINS - 1] = 0;
    fft_inverse(&vocoder->fft, vocoder->time, vocoder->sum_real, vocoder->sum_imaginary);
    float *overlap = vocoder->overlap;
    vocoder->kernels->accumulate(overlap, overlap, vocoder->time, vocoder->after, FFT);
    size_t frame = vocoder->frame++;
    if (frame >= 2) {
        finish(vocoder, hop, overlap, frame - 2);
    }
    memmove(overlap, overlap + HIBARI_HOP, NEXT * sizeof *overlap);
    memset(overlap + NEXT, 0, HIBARI_HOP * sizeof *overlap);
    return frame >= 2;
}

void vocoder_end(struct vocoder *vocoder, float *hop, size_t number) {
    finish(vocoder, hop, vocoder->overlap + number * HIBARI_HOP, vocoder->frame - 2 + number);
}
