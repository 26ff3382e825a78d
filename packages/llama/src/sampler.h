/* SPDX-License-Identifier: MIT */
/* Chooses the next token from logits, by run.c's rules and with run.c's rounding. */
#ifndef LLAMA_SAMPLER_H
#define LLAMA_SAMPLER_H

#include "llama.h"

struct candidate {
    float probability;
    int token;
};

struct sampler {
    struct candidate *candidates; /* (vocab_size) */
    int vocab_size;
};

bool sampler_open(struct sampler *sampler, int vocab_size, struct llama_error *error);

void sampler_close(struct sampler *sampler);

/*
 * Returns a token, or -1 when the logits hold no usable number. Changes `logits` (vocab_size).
 * `coin` is a number in [0, 1), which temperature 0 does not need.
 */
int sampler_choose(struct sampler *sampler, float *logits, float temperature, float topp,
                   float coin);

/*
 * Whether there was a choice, from what sampler_choose made of the logits: more than the likeliest
 * token was in the nucleus. Never without a temperature or without a nucleus.
 */
bool sampler_had_choice(const struct sampler *sampler, const float *probabilities,
                        float temperature, float topp);

/*
 * For qsort: likeliest first; equal ones in order of their index. run.c leaves ties to qsort,
 * which in the C library of its reference stories is a stable merge sort: this order is the same
 * everywhere.
 */
int candidate_compare(const void *left, const void *right);

#endif
