/* SPDX-License-Identifier: MIT */
#include "sound/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define UNITY 16384
/* 44.1 kHz from 16 wants 441, 192 kHz from 22.05 1280: 80 kB of filter. */
#define LARGEST_UP 1280u
/* Kaiser's window: images are 70 dB down, and the filter falls within 0.13 of the rate. */
#define BETA 6.8
/* Middle of the fall, in samples of the lower rate: half of it lies below half the rate. */
#define CUTOFF 0.452

static unsigned common_divisor(unsigned a, unsigned b) {
    while (b != 0) {
        unsigned rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Modified Bessel function of order zero, for the window. */
static double bessel(double x) {
    double term = 1.0, sum = 1.0;

    for (int i = 1; term > sum * 1e-9; i++) {
        term *= (x / 2.0 / i) * (x / 2.0 / i);
        sum += term;
    }
    return sum;
}

/* The filter at a distance from its middle, in input samples. */
static double weight(double distance, double cutoff, double reach) {
    double edge = distance / reach;
    double x = 2.0 * PI * cutoff * distance;
    double sinc = fabs(x) < 1e-9 ? 1.0 : sin(x) / x;

    return fabs(edge) >= 1.0 ? 0.0 : sinc * bessel(BETA * sqrt(1.0 - edge * edge));
}

/* One phase; each has the same sum to the bit, so that a level does not become a tone. */
static void design_phase(const struct resampler *resampler, unsigned phase, double cutoff) {
    int16_t *filter = resampler->filter + (size_t)phase * resampler->taps;
    double reach = resampler->taps / 2.0;
    double sum = 0.0;
    int rest = UNITY;

    for (unsigned tap = 0; tap < resampler->taps; tap++) {
        sum += weight(tap + (double)phase / resampler->up - reach, cutoff, reach);
    }
    for (unsigned tap = 0; tap < resampler->taps; tap++) {
        double at = tap + (double)phase / resampler->up - reach;

        filter[tap] = (int16_t)lrint(weight(at, cutoff, reach) / sum * UNITY);
        rest -= filter[tap];
    }
    filter[resampler->taps / 2] = (int16_t)(filter[resampler->taps / 2] + rest);
}

static bool make_filter(struct resampler *resampler) {
    unsigned up = resampler->up, down = resampler->down;
    double ratio = up < down ? (double)up / down : 1.0;

    resampler->taps = (unsigned)ceil(RESAMPLE_TAPS / ratio / 2.0) * 2;
    resampler->filter = malloc((size_t)up * resampler->taps * sizeof(int16_t));
    resampler->input = calloc(resampler->taps - 1 + RESAMPLE_BLOCK, sizeof(int16_t));
    if (resampler->filter == NULL || resampler->input == NULL) {
        return false;
    }
    for (unsigned phase = 0; phase < up; phase++) {
        design_phase(resampler, phase, CUTOFF * ratio);
    }
    return true;
}

bool resampler_open(struct resampler *resampler, unsigned from_rate, unsigned to_rate) {
    unsigned divisor = common_divisor(from_rate, to_rate);

    memset(resampler, 0, sizeof(*resampler));
    if (divisor == 0) {
        return false;
    }
    resampler->up = to_rate / divisor;
    resampler->down = from_rate / divisor;
    if (from_rate == to_rate) {
        return true;
    }
    if (resampler->up > LARGEST_UP || to_rate > from_rate * RESAMPLE_RATIO ||
        from_rate > to_rate * RESAMPLE_RATIO) {
        return false;
    }
    if (make_filter(resampler)) {
        return true;
    }
    resampler_close(resampler);
    return false;
}

void resampler_close(struct resampler *resampler) {
    free(resampler->filter);
    free(resampler->input);
    resampler->filter = NULL;
    resampler->input = NULL;
}

static int16_t convolve(const int16_t *newest, const int16_t *filter, unsigned taps) {
    int32_t sum = UNITY / 2; /* |filter| sums to less than 2: 15 + 15 bits at most */

    for (unsigned tap = 0; tap < taps; tap++) {
        sum += newest[-(ptrdiff_t)tap] * filter[tap];
    }
    sum >>= 14;
    return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
}

size_t resampler_run(struct resampler *resampler, const int16_t *samples, size_t count,
                     int16_t output[RESAMPLE_MOST]) {
    size_t before = resampler->taps - 1, made = 0;

    if (resampler->filter == NULL) {
        memcpy(output, samples, count * sizeof(*samples));
        return count;
    }
    memcpy(resampler->input + before, samples, count * sizeof(*samples));
    for (size_t at = 0; at < count; at++) {
        /* phase counts in parts of an input sample, and is left over for the next call. */
        for (; resampler->phase < resampler->up; resampler->phase += resampler->down) {
            output[made++] = convolve(
                resampler->input + before + at,
                resampler->filter + (size_t)resampler->phase * resampler->taps, resampler->taps);
        }
        resampler->phase -= resampler->up;
    }
    memmove(resampler->input, resampler->input + count, before * sizeof(*samples));
    return made;
}
