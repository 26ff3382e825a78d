/* SPDX-License-Identifier: MIT */
#include "certify.h"

#include <math.h>
#include <stdlib.h>

#include "exact.h"

/* Half a unit in the last place of a float in [1, 2): the relative error of one operation. */
#define ROUNDING 0x1p-24
/* Relative errors of expf and of the kernels' e^x (2 ulp), of the division by the normaliser. */
#define EACH (8 * ROUNDING)
/* The kernels take what is this far below the likeliest logit for impossible; run.c does not. */
#define REACH 88.0

/*
 * All comparisons below are written so that no number (NaN), wherever it comes from, and an
 * infinite error make them false, and false is uncertain.
 */

/* Temperature 0: the first of the largest logits. */
static int greedy(const struct evidence *e) {
    int best = 0;
    bool numbers = true;
    for (int i = 0; i < e->count; i++) {
        best = e->logits[i] > e->logits[best] ? i : best;
        numbers = numbers && !isnan(e->logits[i]);
    }
    double rival = (double)e->outside.max;
    for (int i = 0; i < e->count; i++) {
        /* Of bits that are equal run.c takes the first, and so does this. */
        bool tie = e->exact && e->logits[i] == e->logits[best];
        if (i != best && !tie) {
            rival = fmax(rival, (double)e->logits[i]);
        }
    }
    double margin = e->exact ? 0.0 : 2.0 * e->error;
    return numbers && (double)e->logits[best] - rival > margin ? e->tokens[best] : UNCERTAIN;
}

/*
 * By how much the ratio of two exps can be wrong. Where the logits are not run.c's, they and
 * run.c's round when they are divided by the temperature, and when the largest is taken away.
 */
static double doubt(const struct evidence *e) {
    double rounding = 4.0 * ROUNDING * (fabs((double)e->max) + REACH);
    return exp(2.0 * (EACH + (e->exact ? 0.0 : e->error + rounding)));
}

/*
 * What run.c's normaliser is made of, relative to the likeliest token's 1. Adding in float32 errs
 * by at most half a unit in the last place of the sum for each addend that is not small; a small
 * one adds between nothing and twice itself.
 */
struct total {
    double large; /* the sum of those that are not small */
    int count;    /* of them */
    double rest;  /* at most, of all others: small ones and rows outside, twice */
};

static bool is_small(double power) {
    return !(power >= ROUNDING / 2);
}

static struct total add_up(const struct evidence *e) {
    struct total total = {0};
    double small = 0.0;
    for (int i = 0; i < e->count; i++) {
        double power = (double)e->exps[i];
        if (is_small(power)) {
            small += power;
        } else {
            total.large += power;
            total.count++;
        }
    }
    /* What is nothing here can be as much as the least normal float in run.c. */
    small += e->outside.mass + e->vocab_size * (double)FLT_MIN;
    total.rest = 2.0 * small;
    return total;
}

/* A part of a sum: both are exps at hand, the true ones differ by the doubt and by rounding. */
struct share {
    double part;
    double rest;
    double doubt;
    double rounding; /* relative, of sums in float32 and what is computed with them */
};

/* True when the part of the whole is greater than the limit, whatever the errors. */
static bool is_above(struct share s, double limit) {
    return limit * (s.part + s.rest * s.doubt) < s.part * (1.0 - s.rounding);
}

/* True when it is not. */
static bool is_within(struct share s, double limit) {
    return s.part <= limit * (s.part + s.rest / s.doubt) * (1.0 - s.rounding);
}

/* All tokens, in order of their index, until the sum passes the coin. */
static int choose_any(const struct evidence *e, float coin) {
    struct total total = add_up(e);
    double large = 0.0, small = 0.0, unseen = e->outside.mass + e->vocab_size * (double)FLT_MIN;
    struct share share = {.doubt = doubt(e)};
    int count = 0;
    for (int i = 0; i < e->count; i++) {
        double power = (double)e->exps[i], before = large + 2.0 * (small + unseen);
        share.rounding = (total.count + count + 16) * ROUNDING;
        struct share earlier = share;
        if (is_small(power)) {
            small += power;
            continue; /* alone it is less than what is uncertain */
        }
        large += power;
        count++;
        share.part = large;
        share.rest = total.large - large + total.rest;
        if (is_above(share, (double)coin)) {
            /* All rows outside may come before this token, unless it is the first of all. */
            earlier.part = e->tokens[i] == 0 ? 0.0 : before;
            earlier.rest = total.large - (large - power);
            return is_within(earlier, (double)coin) ? e->tokens[i] : UNCERTAIN;
        }
    }
    return UNCERTAIN;
}

/* What can be part of a nucleus: likeliest first, each with its place in the list. */
struct front {
    const struct candidate *candidates;
    int count;
    double gate; /* all others in the list are below it */
};

static struct front collect(const struct evidence *e, struct candidate *room, double gate) {
    struct front front = {.candidates = room, .gate = gate};
    for (int i = 0; i < e->count; i++) {
        if ((double)e->exps[i] >= gate) {
            room[front.count++] = (struct candidate){e->exps[i], i};
        }
    }
    qsort(room, (size_t)front.count, sizeof *room, candidate_compare);
    return front;
}

/* The nucleus ends at one of the candidates `first` to `last`. */
struct edge {
    int first;
    int last; /* -1: it cannot be told */
};

static struct edge find_edge(const struct front *front, const struct total *total, double doubt,
                             double topp) {
    struct edge edge = {-1, -1};
    struct share share = {.doubt = doubt};
    for (int i = 0; i < front->count && edge.last < 0; i++) {
        share.part += (double)front->candidates[i].probability;
        share.rounding = (total->count + i + 16) * ROUNDING;
        share.rest = fmax(total->large - share.part, 0.0);
        if (edge.first < 0 && !is_within(share, topp)) {
            edge.first = i;
        }
        share.rest += total->rest;
        if (is_above(share, topp)) {
            edge.last = i;
        }
    }
    return edge;
}

/* Bits that are equal stay in the order of their index, in run.c and here. */
static bool is_tie(const struct evidence *e, const struct candidate *a, const struct candidate *b) {
    return e->exact && e->logits[a->token] == e->logits[b->token];
}

/* True when no candidate that is no tie can change places with this one. */
static bool stands_alone(const struct evidence *e, const struct front *front, double doubt,
                         int index) {
    const struct candidate *mine = &front->candidates[index];
    int before = index - 1, after = index + 1;
    while (before >= 0 && is_tie(e, mine, &front->candidates[before])) {
        before--;
    }
    while (after < front->count && is_tie(e, mine, &front->candidates[after])) {
        after++;
    }
    double power = (double)mine->probability;
    double below =
        after < front->count ? (double)front->candidates[after].probability : front->gate;
    return power > below * doubt &&
           (before < 0 || (double)front->candidates[before].probability > power * doubt);
}

/* The candidate that the coin hits in a nucleus that ends at `last`. */
static int hit(const struct front *front, double doubt, int last, double coin) {
    double nucleus = 0.0;
    for (int i = 0; i <= last; i++) {
        nucleus += (double)front->candidates[i].probability;
    }
    struct share share = {.doubt = doubt, .rest = nucleus, .rounding = 2 * (last + 4) * ROUNDING};
    for (int i = 0; i <= last; i++) {
        struct share earlier = share;
        share.part += (double)front->candidates[i].probability;
        share.rest = nucleus - share.part;
        /* run.c takes the last when no sum passes the coin. */
        if (i == last || is_above(share, coin)) {
            return is_within(earlier, coin) ? i : UNCERTAIN;
        }
    }
    return UNCERTAIN;
}

static int nucleus_choice(const struct evidence *e, const struct front *front, double doubt,
                          const struct edge *edge, float coin) {
    int index = hit(front, doubt, edge->first, (double)coin);
    for (int last = edge->first + 1; last <= edge->last && index != UNCERTAIN; last++) {
        if (hit(front, doubt, last, (double)coin) != index) {
            return UNCERTAIN;
        }
    }
    if (index == UNCERTAIN || !stands_alone(e, front, doubt, index)) {
        return UNCERTAIN;
    }
    return e->tokens[front->candidates[index].token];
}

/* Whether the nucleus holds more than the likeliest. Returns false when that cannot be told. */
static bool tell_choice(const struct edge *edge, bool *is_choice) {
    if (is_choice != NULL) {
        *is_choice = edge->first > 0;
    }
    return is_choice == NULL || edge->first > 0 || edge->last == 0;
}

/* Nucleus sampling; each round looks at more candidates until the nucleus lies among them. */
static int choose_topp(const struct evidence *e, struct candidate *room, float topp, float coin,
                       bool *is_choice) {
    struct total total = add_up(e);
    double wrong = doubt(e), cutoff = (double)((1.0f - topp) / (float)(e->vocab_size - 1));
    double max = (total.large + total.rest) / (1.0 - (total.count + 16) * ROUNDING);
    /* What run.c leaves out before it sorts, and what may be outside. */
    double rival = fmax(cutoff * max, exp((double)e->outside.max - (double)e->max));
    double least = cutoff * total.large * 0.5;
    bool all = false;
    for (double gate = 0x1p-6; !all; gate *= 0x1p-4) {
        all = !(gate > least);
        struct front front = collect(e, room, all ? least : gate);
        struct edge edge = find_edge(&front, &total, wrong, (double)topp);
        if (edge.last < 0) {
            continue;
        }
        /* Nothing else may come into the nucleus. */
        double power = (double)room[edge.last].probability;
        if (power > fmax(rival, front.gate) * wrong) {
            return tell_choice(&edge, is_choice) ? nucleus_choice(e, &front, wrong, &edge, coin)
                                                 : UNCERTAIN;
        }
    }
    return UNCERTAIN;
}

int certify(const struct evidence *evidence, struct candidate *room, bool likeliest, float topp,
            float coin, bool *is_choice) {
    if (is_choice != NULL) {
        *is_choice = false;
    }
    /*
     * Where all is refused, or no number, the largest is none. A row outside that can be the
     * likeliest would change what all exps are relative to.
     */
    if (evidence->count == 0 || !(fabsf(evidence->max) < FLT_MAX) ||
        !(evidence->outside.max < evidence->max)) {
        return UNCERTAIN;
    }
    if (likeliest) {
        return greedy(evidence);
    }
    if (topp <= 0.0f || topp >= 1.0f) {
        return choose_any(evidence, coin);
    }
    return choose_topp(evidence, room, topp, coin, is_choice);
}
