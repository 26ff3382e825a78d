/* SPDX-License-Identifier: MIT */
#include "sound/gain.h"

#define UNITY (1 << 16)

int32_t gain_of(int percent) {
    return (int32_t)((int64_t)UNITY * percent / 100);
}

void gain_begin(struct gain *gain, unsigned rate) {
    gain->now = 0;
    gain->step = (int32_t)(UNITY * 1000u / (rate * GAIN_FADE_MS) + 1);
}

/* The gain that follows `count` samples after the present one. */
static int32_t after(const struct gain *gain, size_t count) {
    int64_t way = (int64_t)gain->wanted - gain->now;
    int64_t reach = (int64_t)gain->step * (int64_t)count;

    if (way < 0) {
        return -way <= reach ? gain->wanted : (int32_t)(gain->now - reach);
    }
    return way <= reach ? gain->wanted : (int32_t)(gain->now + reach);
}

void gain_apply(const struct gain *gain, int16_t *samples, size_t count) {
    if (gain->now == UNITY && gain->wanted == UNITY) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        samples[i] = (int16_t)((int64_t)samples[i] * after(gain, i) / UNITY);
    }
}

void gain_move(struct gain *gain, size_t count) {
    gain->now = after(gain, count);
}

void gain_fall(struct gain *gain, size_t count) {
    int32_t wanted = gain->wanted;

    gain->wanted = 0;
    gain_move(gain, count);
    gain->wanted = wanted;
}
