/* SPDX-License-Identifier: MIT */
#include "rope.h"

#include <math.h>

#include "exact.h"

void rope_frequencies(float *freq, int head_size) {
    for (int i = 0; i < head_size / 2; i++) {
        freq[i] = 1.0f / powf(10000.0f, (float)(2 * i) / (float)head_size);
    }
}

/*
 * Cosine and sine of an angle from 0 to 32768, with glibc's bits on every C library: run.c's
 * stories come from glibc, and musl differs from it in the last place of one value in eighty.
 *
 * Both take the angle's distance to the nearest multiple of pi / 2 and a polynomial, in double.
 * The coefficients are those of glibc, from ARM's optimized routines (math/sincosf_data.c, MIT).
 * Where they err is what counts, not that: 1e-9 is enough to round one float in a hundred the
 * other way. Errors of the double arithmetic, at 1e-16, are not: all 67 million values of even
 * head sizes to 256 and positions to 4096 agree.
 */
static void turn(float angle, float *cosine, float *sine) {
    /* pi / 2 in two parts. The first has 33 bits, so that its multiples here are exact. */
    const double half_pi = 0x1.921fb544p+0, half_pi_rest = 0x1.0b4611a626331p-34;
    int quarter = (int)((double)angle * 0x1.45f306dc9c883p-1 + 0.5);
    double x = ((double)angle - quarter * half_pi) - quarter * half_pi_rest;
    double square = x * x;
    double tail_s = 0x1.1107605230bc4p-7 + square * -0x1.994eb3774cf24p-13;
    double tail_c = -0x1.6c087e89a359dp-10 + square * 0x1.99343027bf8c3p-16;
    double s = x + x * square * (-0x1.555545995a603p-3 + square * tail_s);
    double c =
        1.0 + square * (-0x1.ffffffd0c621cp-2 + square * (0x1.55553e1068f19p-5 + square * tail_c));
    /* Each quarter turn makes the cosine the next sine, and the sine the next cosine negated. */
    double quarters[] = {c, -s, -c, s};
    *cosine = (float)quarters[quarter & 3];
    *sine = (float)quarters[(quarter + 3) & 3];
}

void rope_sincos(float *sincos, const float *freq, int head_size, int pos) {
    for (int i = 0; i < head_size / 2; i++) {
        turn((float)pos * freq[i], &sincos[2 * i], &sincos[2 * i + 1]);
    }
}

void rope_rotate(float *vector, int size, const float *sincos, int head_size) {
    for (int i = 0; i < size; i += 2) {
        const float *at = sincos + i % head_size;
        float a = vector[i], b = vector[i + 1];
        vector[i] = a * at[0] - b * at[1];
        vector[i + 1] = a * at[1] + b * at[0];
    }
}
