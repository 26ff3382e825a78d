/* SPDX-License-Identifier: MIT */
/*
 * certify SEED ROUNDS: what is certified from some logits, some of them wrong within the bound, is
 * what all true logits give. Prints how many choices were certain; ends with status 1, and the
 * case, at the first that was certain and wrong.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certify.h"
#include "kernels.h"
#include "rng.h"

enum { MOST = 2048 };

static uint64_t state;

static float coin(void) {
    return rng_f32(&state);
}

/* Nearly normal: the sum of twelve coins. */
static float normal(void) {
    float sum = -6.0f;
    for (int i = 0; i < 12; i++) {
        sum += coin();
    }
    return sum;
}

struct trial {
    int vocab;
    float truth[MOST]; /* all logits */
    bool listed[MOST];
    float error;
    float topp;
    float coin;
    bool likeliest;
};

/* Broad, peaked, full of ties, or of near ties. */
static void make_logits(struct trial *t) {
    float width = 0.5f + 6.0f * coin();
    int kind = (int)(coin() * 4.0f);
    for (int i = 0; i < t->vocab; i++) {
        float value = width * normal();
        if (kind == 1) {
            value = roundf(value);
        } else if (kind == 2) {
            value = roundf(value) + 1e-6f * normal();
        }
        t->truth[i] = value;
    }
    if (kind == 3) {
        t->truth[(int)(coin() * (float)t->vocab)] += 12.0f;
    }
    float limit = width * (coin() < 0.3f ? -9.0f : 2.0f * coin() - 1.5f);
    for (int i = 0; i < t->vocab; i++) {
        t->listed[i] = i == 0 || t->truth[i] > limit;
    }
}

static int descending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

/* Puts top-p, the coin, or both, where a decision is at stake. */
static void aim(struct trial *t) {
    static double p[MOST];
    double sum = 0.0, most = -INFINITY;
    for (int i = 0; i < t->vocab; i++) {
        most = fmax(most, (double)t->truth[i]);
    }
    for (int i = 0; i < t->vocab; i++) {
        p[i] = exp((double)t->truth[i] - most);
        sum += p[i];
    }
    qsort(p, (size_t)t->vocab, sizeof *p, descending);
    int last = (int)(coin() * coin() * 12.0f) % t->vocab, hit = (int)(coin() * (float)(last + 1));
    double nucleus = 0.0, part = 0.0;
    for (int i = 0; i <= last; i++) {
        nucleus += p[i];
        part += i <= hit ? p[i] : 0.0;
    }
    float nudge = (coin() < 0.5f ? 1e-7f : 1e-4f) * normal();
    if (coin() < 0.5f && nucleus / sum < 0.999) {
        t->topp = (float)(nucleus / sum) + nudge;
    }
    if (coin() < 0.5f) {
        float edge = (float)(part / nucleus) + nudge;
        t->coin = edge >= 0.0f && edge < 1.0f ? edge : t->coin;
    }
}

static void make(struct trial *t) {
    static const float errors[] = {0.0f, 0.0f, 1e-5f, 1e-3f, 0.1f};
    static const float topps[] = {0.9f, 0.9f, 0.5f, 0.99f, 1.0f, 0.0f};
    *t = (struct trial){.vocab = 2 + (int)(coin() * (float)(coin() < 0.5f ? 30 : MOST - 2))};
    make_logits(t);
    t->error = errors[(int)(coin() * 5.0f)];
    t->topp = topps[(int)(coin() * 6.0f)];
    t->likeliest = coin() < 0.2f;
    t->coin = coin();
    if (t->topp > 0.0f && t->topp < 1.0f) {
        aim(t);
    }
}

static int certified(const struct trial *t) {
    static float logits[MOST], powers[MOST];
    static int32_t tokens[MOST];
    static struct candidate room[MOST];
    struct evidence e = {.logits = logits, .powers = powers, .tokens = tokens, .error = t->error,
                         .outside = {.most = -INFINITY}, .vocab_size = t->vocab};
    for (int i = 0; i < t->vocab; i++) {
        if (t->listed[i]) {
            /* Any two err by no more than `error` against each other. */
            float wrong = t->error * 0.49f * (coin() < 0.5f ? 2.0f * coin() - 1.0f : 1.0f);
            logits[e.count] = t->truth[i] + (coin() < 0.5f ? wrong : -wrong);
            tokens[e.count++] = i;
        }
    }
    e.most = kernels_portable.greatest(logits, e.count);
    kernels_portable.exponents(powers, logits, e.most, e.count);
    for (int i = 0; i < t->vocab; i++) {
        if (!t->listed[i]) {
            float bound = t->truth[i] + t->error + 0.01f;
            e.outside.most = fmaxf(e.outside.most, bound);
            e.outside.mass += exp((double)bound - (double)e.most);
        }
    }
    return certify(&e, room, t->likeliest, t->topp, t->coin);
}

static int reference(struct sampler *sampler, const struct trial *t) {
    static float logits[MOST];
    memcpy(logits, t->truth, sizeof logits);
    sampler->vocab_size = t->vocab;
    return sampler_choose(sampler, logits, t->likeliest ? 0.0f : 1.0f, t->topp, t->coin);
}

int main(int argc, char **argv) {
    static struct trial trial;
    struct sampler sampler;
    struct llama_error error;
    if (argc != 3 || !sampler_open(&sampler, MOST, &error)) {
        return EXIT_FAILURE;
    }
    state = strtoull(argv[1], NULL, 10);
    int certain = 0, status = EXIT_SUCCESS;
    for (int round = 0; round < atoi(argv[2]) && status == EXIT_SUCCESS; round++) {
        make(&trial);
        int token = certified(&trial);
        certain += token != UNCERTAIN;
        if (token != UNCERTAIN && token != reference(&sampler, &trial)) {
            printf("round %d: certified %d, true %d: vocab %d error %g topp %.9g coin %.9g%s\n",
                   round, token, reference(&sampler, &trial), trial.vocab, (double)trial.error,
                   (double)trial.topp, (double)trial.coin, trial.likeliest ? " likeliest" : "");
            status = EXIT_FAILURE;
        }
    }
    printf("%d\n", certain);
    sampler_close(&sampler);
    return status;
}
