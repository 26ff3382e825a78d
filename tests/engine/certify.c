/* SPDX-License-Identifier: MIT */
/*
 * certify SEED ROUNDS: what is certified from some logits, some of them wrong within the bound, is
 * what all true logits give. Prints how many choices were certain; ends with status 1, and the
 * case, at the first that was certain and wrong.
 *
 * Half of the trials put what decides where the decision changes. Others stand at the ends of what
 * can be: the first and the last coin, one token or two, lists of nothing and of all, all refused,
 * errors of nothing, infinity and no number, the coldest and the hottest temperature.
 */
#include <float.h>
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

static bool happens(double part) {
    return (double)coin() < part;
}

static int below(int count) {
    return (int)(coin() * (float)count);
}

#define ANY_OF(array) ((array)[below((int)(sizeof(array) / sizeof *(array)))])

/* Nearly normal: the sum of twelve coins. */
static float normal(void) {
    float sum = -6.0f;
    for (int i = 0; i < 12; i++) {
        sum += coin();
    }
    return sum;
}

enum place {
    LISTED,  /* its logit is known */
    OUTSIDE, /* of it there is a bound */
    REFUSED, /* it is in the list and cannot come */
};

struct trial {
    int vocab;
    float truth[MOST]; /* all logits */
    enum place place[MOST];
    bool exact;
    double error; /* that is claimed */
    float temperature;
    float topp;
    float coin;
};

/* Broad, peaked, equal, full of ties, of near ties, or with most of it far below the rest. */
static void make_logits(struct trial *t) {
    float width = 0.5f + 6.0f * coin();
    int kind = below(6);
    for (int i = 0; i < t->vocab; i++) {
        float value = width * normal();
        float values[] = {value, roundf(value), roundf(value) + 1e-6f * normal(),
                          value, 1.5f,          happens(0.9) ? value - 95.0f : value};
        t->truth[i] = values[kind];
    }
    if (kind == 3) {
        t->truth[below(t->vocab)] += 12.0f;
    }
    float limit = width * (happens(0.3) ? -9.0f : 2.0f * coin() - 1.5f);
    for (int i = 0; i < t->vocab; i++) {
        t->place[i] = t->truth[i] > limit ? LISTED : OUTSIDE;
    }
}

/* Lists that hold all, or nothing, or miss or hold one token; what is refused; the list's ends. */
static void move(struct trial *t) {
    int one = below(t->vocab), last = t->vocab - 1;
    bool refuse = happens(0.2), all = happens(0.05), refused = happens(0.02),
         single = happens(0.03);
    for (int i = 0; i < t->vocab; i++) {
        t->place[i] = all || (single && i == one) ? LISTED : single ? OUTSIDE : t->place[i];
        t->place[i] = refused || (refuse && happens(0.3)) ? REFUSED : t->place[i];
    }
    t->place[0] = happens(0.2) ? LISTED : t->place[0];
    t->place[0] = happens(0.2) ? OUTSIDE : t->place[0];
    t->place[last] = happens(0.1) ? OUTSIDE : t->place[last];
    for (int i = 0; i < t->vocab; i++) {
        t->truth[i] = t->place[i] == REFUSED ? -INFINITY : t->truth[i];
    }
}

static int descending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

/* Puts top-p, the coin, or both, where a decision is at stake. */
static void aim(struct trial *t) {
    static double p[MOST];
    double sum = 0.0, max = -INFINITY;
    bool sorted = t->topp > 0.0f && t->topp < 1.0f;
    for (int i = 0; i < t->vocab; i++) {
        max = fmax(max, (double)(t->truth[i] / t->temperature));
    }
    for (int i = 0; i < t->vocab; i++) {
        p[i] = exp((double)(t->truth[i] / t->temperature) - max);
        sum += p[i];
    }
    int last = t->vocab - 1;
    if (sorted) {
        qsort(p, (size_t)t->vocab, sizeof *p, descending);
        last = (int)(coin() * coin() * 12.0f) % t->vocab;
    }
    int target = sorted ? below(last + 1) : below(happens(0.5) ? 3 : t->vocab) % t->vocab;
    double nucleus = 0.0, part = 0.0;
    for (int i = 0; i <= last; i++) {
        nucleus += p[i];
        part += i <= target ? p[i] : 0.0;
    }
    float nudge = (happens(0.5) ? 1e-7f : 1e-4f) * normal();
    if (sorted && happens(0.5) && nucleus / sum < 0.999) {
        t->topp = (float)(nucleus / sum) + nudge;
    }
    if (happens(0.5)) {
        float edge = (float)(part / nucleus) + nudge;
        t->coin = edge >= 0.0f && edge < 1.0f ? edge : t->coin;
    }
}

static void make(struct trial *t) {
    static const double errors[] = {1e-5, 1e-3, 1e-3, 0.1, 2.0, 0.0, INFINITY, NAN};
    static const float topps[] = {0.9f, 0.9f, 0.5f, 0.99f, 1.0f, 0.0f, 1e-6f, 1.0f - 1e-6f};
    static const float temperatures[] = {1.0f, 1.0f, 0.0f, 0.5f, 5.0f, 1e-2f, 1e-4f};
    static const float coins[] = {0.0f, 1.0f - 0x1p-24f, 0x1p-24f};
    int sizes[] = {1, 2, 3, 30, 30, MOST};
    memset(t, 0, sizeof *t);
    t->vocab = 1 + below(ANY_OF(sizes));
    make_logits(t);
    move(t);
    t->exact = happens(0.4);
    t->error = ANY_OF(errors);
    t->topp = ANY_OF(topps);
    t->temperature = ANY_OF(temperatures);
    t->coin = coin();
    if (t->temperature > 0.0f) {
        aim(t);
    }
    t->coin = happens(0.1) ? ANY_OF(coins) : t->coin;
}

/* A logit that errs by the whole error or less: not more, where floats are too coarse for it. */
static float distort(const struct trial *t, float truth) {
    double error = t->exact || !isfinite(t->error) ? 0.0 : t->error;
    double part = happens(0.5) ? 1.0 : (double)coin();
    float wrong = (float)((double)truth + (happens(0.5) ? part : -part) * error);
    return fabs((double)wrong - (double)truth) <= error ? wrong : truth;
}

static int certified(const struct trial *t, bool *is_choice) {
    static float logits[MOST], exps[MOST];
    static int32_t tokens[MOST];
    static struct candidate room[MOST];
    float scale = t->temperature == 0.0f ? 1.0f : t->temperature;
    struct evidence e = {.logits = logits,
                         .exps = exps,
                         .tokens = tokens,
                         .exact = t->exact,
                         .error = t->error / (double)scale,
                         .outside = SHORTLIST_NOTHING,
                         .vocab_size = t->vocab};
    for (int i = 0; i < t->vocab; i++) {
        if (t->place[i] != OUTSIDE) {
            bool refused = t->place[i] == REFUSED;
            logits[e.count] = refused ? -FLT_MAX : distort(t, t->truth[i]) / scale;
            tokens[e.count++] = i;
        }
    }
    if (e.count > 0) {
        e.max = kernels_portable.max(logits, e.count);
        kernels_portable.exp(exps, logits, e.max, e.count);
    }
    float above = happens(0.5) ? 0.01f : 0.0f;
    for (int i = 0; i < t->vocab; i++) {
        if (t->place[i] == OUTSIDE) {
            float bound = (distort(t, t->truth[i]) + above) / scale;
            e.outside.max = fmaxf(e.outside.max, bound);
            e.outside.mass += exp((double)bound - (double)e.max);
        }
    }
    return certify(&e, room, t->temperature == 0.0f, t->topp, t->coin, is_choice);
}

static int reference(struct sampler *sampler, const struct trial *t, bool *is_choice) {
    static float logits[MOST];
    memcpy(logits, t->truth, sizeof logits);
    sampler->vocab_size = t->vocab;
    int token = sampler_choose(sampler, logits, t->temperature, t->topp, t->coin);
    *is_choice = sampler_had_choice(sampler, logits, t->temperature, t->topp);
    return token;
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
        bool asks = happens(0.5), found, truth;
        int token = certified(&trial, asks ? &found : NULL);
        int right = reference(&sampler, &trial, &truth);
        certain += token != UNCERTAIN;
        if (token != UNCERTAIN && (token != right || (asks && found != truth))) {
            printf("round %d: certified %d, true %d, %s: vocab %d %s error %g temperature %g "
                   "topp %.9g coin %.9g\n",
                   round, token, right, truth ? "a choice" : "no choice", trial.vocab,
                   trial.exact ? "exact" : "inexact", trial.error, (double)trial.temperature,
                   (double)trial.topp, (double)trial.coin);
            status = EXIT_FAILURE;
        }
    }
    printf("%d\n", certain);
    sampler_close(&sampler);
    return status;
}
