/* SPDX-License-Identifier: MIT */
/* xorshift64* (Vigna 2014), as run.c draws its coins. */
#ifndef LLAMA_RNG_H
#define LLAMA_RNG_H

#include <stdint.h>

/* Moves the state (never 0) on and returns 32 random bits. */
static inline uint32_t rng_u32(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

/* A float in [0, 1), of 24 random bits. */
static inline float rng_f32(uint64_t *state) {
    return (float)(rng_u32(state) >> 8) / 16777216.0f;
}

#endif
