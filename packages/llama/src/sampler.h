/* SPDX-License-Identifier: MIT */
/* Chooses the next token from logits, by run.c's rules and with run.c's rounding. */
#ifndef LLAMA_SAMPLER_H
#define LLAMA_SAMPLER_H

#include "kernels.h"
#include "llama.h"

struct candidate {
    float probability;
    int token;
};

struct sampler {
    const struct kernels *kernels;
    struct candidate *candidates; /* (vocab_size) */
    int vocab_size;
};

bool sampler_open(struct sampler *sampler, int vocab_size, const struct kernels *kernels,
                  struct llama_error *error);

void sampler_close(struct sampler *sampler);

/*
 * Returns a token, or -1 when the logits hold no usable number. Changes `logits` (vocab_size),
 * and, unless the temperature is 0, moves `rng` on by one coin.
 */
int sampler_choose(struct sampler *sampler, float *logits, float temperature, float topp,
                   uint64_t *rng);

#endif
