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
static const float unvoiced = 40, highest = 11000; /* Hz: of pulses, of their harmonics */

void vocoder_open(struct vocoder *vocoder, const struct kernels *kernels) {
    vocoder->kernels = kernels;
    fft_open(&vocoder->fft, kernels);
    for (size_t i = 0; i < FFT; i++) {
        vocoder->window[i] = 0.5f - 0.5f * vocoder->fft.cosine[i];
    }
}

void vocoder_begin(struct vocoder *vocoder) {
    vocoder->pitches = vocoder->frame = 0;
    vocoder->phase = 0;
    vocoder->noise = 1;
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
 * All harmonics below `highest`, at one amplitude: with H of them and t the phase,
 * sum of cos(h t) = sin((H + 1/2) t) / (2 sin(t / 2)) - 1/2. The pitch is that of the frames'
 * middles, and between them on a line.
 */
static void make_pulses(struct vocoder *vocoder, float *pulses, size_t frame) {
    float before = pitch_of(vocoder, frame > 0 ? frame - 1 : 0);
    float here = pitch_of(vocoder, frame), after = pitch_of(vocoder, frame + 1);
    float halves[HIBARI_HOP], many[HIBARI_HOP], harmonics[HIBARI_HOP];
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        float at = ((float)i + 0.5f) / HIBARI_HOP;
        float pitch = at < 0.5f ? before + (at + 0.5f) * (here - before)
                                : here + (at - 0.5f) * (after - here);
        bool is_voiced = pitch > unvoiced;
        pitch = is_voiced ? pitch : unvoiced;
        vocoder->phase += (double)pitch * (1.0 / HIBARI_RATE);
        vocoder->phase -= vocoder->phase < 1 ? 0 : 1;
        float phase = (float)(vocoder->phase * 6.283185307179586);
        harmonics[i] = is_voiced ? (float)(int)(highest / pitch) + 0.5f : 0;
        halves[i] = phase * 0.5f;
        many[i] = harmonics[i] * phase;
    }
    vocoder->kernels->sine(halves, halves, HIBARI_HOP);
    vocoder->kernels->sine(many, many, HIBARI_HOP);
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        float divisor = 2 * halves[i];
        float sum = fabsf(divisor) <= 2e-3f ? harmonics[i] : many[i] / divisor;
        pulses[i] = harmonics[i] > 0 ? sum - 0.5f : 0;
    }
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
    for (size_t i = 0; i < FFT; i++) {
        vocoder->time[i] = vocoder->pulses[i] * vocoder->window[i] * (1.0f / HIBARI_HOP);
    }
    fft_forward(&vocoder->fft, vocoder->real, vocoder->imaginary, vocoder->time);
}

/* Near enough to the normal distribution: the sum of four numbers from 0 to 255, of variance 1. */
static float normal(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    uint32_t word = *state * 0x9e3779b1u;
    uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    return ((float)sum - 510) * (1 / 147.8f);
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
    for (size_t k = 0; k < BINS; k++) {
        vocoder->real[k] = normal(&vocoder->noise);
        vocoder->imaginary[k] = normal(&vocoder->noise);
    }
    vocoder->kernels->filter(vocoder->sum_real, vocoder->sum_imaginary, vocoder->real,
                             vocoder->imaginary, vocoder->part_real, vocoder->part_imaginary, BINS);
}

/* A finished hop: the sum divided by that of the squared windows of the frames that it is of. */
static void finish(const struct vocoder *vocoder, float *hop, const float *sum, size_t number) {
    bool has_all = number > 0 && number + 2 < vocoder->frame;
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        float weight = 0;
        for (size_t q = 0; !has_all && q < OVERLAPS; q++) {
            size_t frame = number + 2 - q; /* wraps round before the first one */
            float window = vocoder->window[q * HIBARI_HOP + i];
            weight += frame < vocoder->frame ? window * window : 0;
        }
        weight = has_all ? all_weights : weight;
        hop[i] = sum[i] / (weight > 1e-11f ? weight : 1e-11f);
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
    vocoder->kernels->accumulate(overlap, overlap, vocoder->time, vocoder->window, FFT);
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
