/* SPDX-License-Identifier: MIT */
#include "sampler.h"

#include <math.h>
#include <stdlib.h>

#include "arithmetic.h"
#include "error.h"
#include "exact.h"

bool sampler_open(struct sampler *sampler, int vocab_size, struct llama_error *error) {
    *sampler = (struct sampler){.vocab_size = vocab_size};
    sampler->candidates = calloc((size_t)vocab_size, sizeof *sampler->candidates);
    if (sampler->candidates == NULL) {
        return fail(error, "not enough memory to choose among %d tokens", vocab_size);
    }
    return true;
}

void sampler_close(struct sampler *sampler) {
    free(sampler->candidates);
    *sampler = (struct sampler){0};
}

static int likeliest(const float *values, int size) {
    int best = 0;
    for (int i = 1; i < size; i++) {
        if (values[i] > values[best]) {
            best = i;
        }
    }
    return best;
}

/* Walks all tokens in order until their sum, in float32, passes the coin. */
static int choose_any(const float *probabilities, int size, float coin) {
    float sum = 0.0f;
    for (int i = 0; i < size; i++) {
        sum += probabilities[i];
        if (coin < sum) {
            return i;
        }
    }
    return size - 1; /* rounding left the sum below the coin */
}

int candidate_compare(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->probability != b->probability) {
        return a->probability > b->probability ? -1 : 1;
    }
    return a->token < b->token ? -1 : 1;
}

/* Collects, sorted, the tokens that can be part of the nucleus. Returns how many. */
static int collect(struct candidate *candidates, const float *probabilities, int size, float topp) {
    /* Tokens below this cannot be needed to reach topp: run.c leaves them out before sorting. */
    const float cutoff = (1.0f - topp) / (float)(size - 1);
    int count = 0;
    for (int i = 0; i < size; i++) {
        if (probabilities[i] >= cutoff) {
            candidates[count++] = (struct candidate){probabilities[i], i};
        }
    }
    qsort(candidates, (size_t)count, sizeof *candidates, candidate_compare);
    return count;
}

/* Nucleus sampling (Holtzman et al. 2019): the fewest tokens whose sum passes topp. */
static int choose_topp(struct candidate *candidates, const float *probabilities, int size,
                       float topp, float coin) {
    int count = collect(candidates, probabilities, size, topp);
    if (count == 0) {
        /* topp is below the probability of every token: the nucleus is the likeliest alone. */
        return likeliest(probabilities, size);
    }
    float nucleus = 0.0f;
    int last = count - 1; /* rounding may leave the sum below topp */
    for (int i = 0; i < count; i++) {
        nucleus += candidates[i].probability;
        if (nucleus > topp) {
            last = i;
            break;
        }
    }
    float edge = coin * nucleus, sum = 0.0f;
    for (int i = 0; i <= last; i++) {
        sum += candidates[i].probability;
        if (edge < sum) {
            return candidates[i].token;
        }
    }
    return candidates[last].token;
}

/* Without a nucleus run.c chooses among all. */
static bool has_nucleus(float topp) {
    return topp > 0.0f && topp < 1.0f;
}

bool sampler_had_choice(const struct sampler *sampler, const float *probabilities,
                        float temperature, float topp) {
    return temperature != 0.0f && has_nucleus(topp) &&
           !(probabilities[likeliest(probabilities, sampler->vocab_size)] > topp);
}

int sampler_choose(struct sampler *sampler, float *logits, float temperature, float topp,
                   float coin) {
    int size = sampler->vocab_size;
    if (temperature == 0.0f) {
        int best = likeliest(logits, size);
        return isnan(logits[best]) ? -1 : best;
    }
    for (int i = 0; i < size; i++) {
        logits[i] /= temperature;
    }
    exact_softmax(logits, size);
    /* One bad number spoils the normaliser, and so every probability. */
    if (isnan(logits[0])) {
        return -1;
    }
    if (!has_nucleus(topp)) {
        return choose_any(logits, size, coin);
    }
    return choose_topp(sampler->candidates, logits, size, topp, coin);
}
