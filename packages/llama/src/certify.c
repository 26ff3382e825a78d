/* SPDX-License-Identifier: MIT */
#include "certify.h"

#include <math.h>
#include <stdlib.h>

#include "exact.h"

/* Half a unit in the last place of a float in [1, 2): the relative error of one operation. */
#define ROUNDING 0x1p-24
/* Relative errors of expf and of the kernels' e^x (2 ulp), of the division by the normaliser. */
#define EACH (8 * ROUNDING)

/* Temperature 0: the first of the greatest logits. */
static int greedy(const struct evidence *e) {
    int best = 0;
    for (int i = 1; i < e->count; i++) {
        if (e->logits[i] > e->logits[best]) {
            best = i;
        }
    }
    float rival = e->outside.most;
    for (int i = 0; i < e->count; i++) {
        /* Of bits that are equal run.c takes the first, and so does this. */
        bool tie = e->error == 0.0f && e->logits[i] == e->logits[best];
        if (i != best && !tie && e->logits[i] > rival) {
            rival = e->logits[i];
        }
    }
    return e->logits[best] - rival > 2.0f * e->error ? e->tokens[best] : UNCERTAIN;
}

/* What run.c's normaliser can be, relative to the likeliest token's 1. */
struct normaliser {
    double least;
    double most;
};

/*
 * Adding in float32 errs by at most half a unit in the last place of the sum for each addend that
 * is not small; a small one adds between nothing and twice itself.
 */
static struct normaliser normalise(const struct evidence *e) {
    double sum = 0.0, small = 0.0;
    int large = 0;
    for (int i = 0; i < e->count; i++) {
        double power = (double)e->powers[i];
        if (power >= ROUNDING / 2) {
            sum += power;
            large++;
        } else {
            small += power;
        }
    }
    double rounding = (large * ROUNDING + EACH) * sum;
    return (struct normaliser){sum - rounding, sum + rounding + 2.0 * (small + e->outside.mass)};
}

/*
 * The part c of a sum that some of its terms make up, when each term errs by a factor of up to
 * e^error against the others: c / (1 - c) errs by e^(2 error) at most, of which this is the first
 * order, with the second in the factor.
 */
static double spread(const struct evidence *e, double part) {
    double error = (double)e->error + EACH;
    return 2.0 * error * (1.0 + 2.0 * error) * part * (1.0 - part > 0.0 ? 1.0 - part : 0.0);
}

/*
 * Candidates of at least `gate`, likeliest first. Returns how many. Instead of a token each has its
 * place in the list, which is in the same order.
 */
static int collect(const struct evidence *e, struct candidate *room, float gate) {
    int count = 0;
    for (int i = 0; i < e->count; i++) {
        if (e->powers[i] >= gate) {
            room[count++] = (struct candidate){e->powers[i], i};
        }
    }
    qsort(room, (size_t)count, sizeof *room, candidate_compare);
    return count;
}

/* The nucleus ends at one of the candidates `first` to `last`. */
struct edge {
    int first;
    int last; /* -1: it cannot be told */
};

static struct edge find_edge(const struct evidence *e, const struct candidate *candidates,
                             int count, const struct normaliser *z, double topp) {
    struct edge edge = {-1, -1};
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        sum += (double)candidates[i].probability;
        double rounding = (i + 4) * ROUNDING;
        double most = sum / z->least, least = sum / z->most;
        if (edge.first < 0 && most + spread(e, least) + rounding > topp) {
            edge.first = i;
        }
        if (least - spread(e, least) - rounding > topp) {
            edge.last = i;
            break;
        }
    }
    return edge;
}

/* Bits that are equal stay in the order of their index, in run.c and here. */
static bool is_tie(const struct evidence *e, const struct candidate *a, const struct candidate *b) {
    return e->error == 0.0f && e->logits[a->token] == e->logits[b->token];
}

/*
 * True when no candidate that is no tie can change places with this one. `whole`: there are no
 * others than these.
 */
static bool stands_alone(const struct evidence *e, const struct candidate *candidates, int count,
                         bool whole, int index) {
    const struct candidate *mine = &candidates[index];
    float margin = mine->probability * (2.0f * e->error + (float)EACH) * 1.01f;
    for (int step = -1; step <= 1; step += 2) {
        int i = index + step;
        while (i >= 0 && i < count && is_tie(e, mine, &candidates[i])) {
            i += step;
        }
        if (i == count && !whole) {
            return false;
        }
        if (i >= 0 && i < count &&
            fabsf(candidates[i].probability - mine->probability) <= margin) {
            return false;
        }
    }
    return true;
}

/* The candidate that the coin hits in a nucleus that ends at `last`. */
static int hit(const struct evidence *e, const struct candidate *candidates, int last,
               double coin) {
    double nucleus = 0.0, sum = 0.0;
    for (int i = 0; i <= last; i++) {
        nucleus += (double)candidates[i].probability;
    }
    double rounding = 2 * (last + 4) * ROUNDING;
    for (int i = 0; i < last; i++) {
        sum += (double)candidates[i].probability;
        double part = sum / nucleus, margin = spread(e, part) + rounding;
        if (coin < part - margin) {
            return i;
        }
        if (coin <= part + margin) {
            return UNCERTAIN;
        }
    }
    return last;
}

static int nucleus_choice(const struct evidence *e, const struct candidate *candidates, int count,
                          bool whole, const struct edge *edge, float coin) {
    int index = hit(e, candidates, edge->first, (double)coin);
    for (int last = edge->first + 1; last <= edge->last && index != UNCERTAIN; last++) {
        if (hit(e, candidates, last, (double)coin) != index) {
            return UNCERTAIN;
        }
    }
    if (index == UNCERTAIN || !stands_alone(e, candidates, count, whole, index)) {
        return UNCERTAIN;
    }
    return e->tokens[candidates[index].token];
}

/* Nucleus sampling; each round looks at more candidates until the nucleus lies among them. */
static int choose_topp(const struct evidence *e, struct candidate *room, float topp,
                       float coin) {
    const float cutoff = (1.0f - topp) / (float)(e->vocab_size - 1);
    struct normaliser z = normalise(e);
    /* Everything that run.c may sort; below it there is nothing to look at. */
    float least = cutoff * (float)z.least * 0.5f;
    for (float gate = 0x1p-6f;; gate *= 0x1p-4f) {
        gate = gate > least ? gate : least;
        int count = collect(e, room, gate);
        struct edge edge = find_edge(e, room, count, &z, (double)topp);
        bool all = gate <= least;
        /* The candidate after the nucleus must be seen, too: it could change places. */
        if (edge.last < 0 || (edge.last + 1 == count && !all)) {
            if (all) {
                return UNCERTAIN;
            }
            continue;
        }
        double power = (double)room[edge.last].probability;
        double error = 2.0 * (double)e->error + EACH;
        double rival = exp((double)e->outside.most - (double)e->most);
        if (power * (1.0 - error) <= rival ||
            power * (1.0 - error) <= (double)cutoff * z.most * (1.0 + 4 * EACH)) {
            return UNCERTAIN;
        }
        return nucleus_choice(e, room, count, all, &edge, coin);
    }
}

/* All tokens, in order of their index, until the sum passes the coin. */
static int choose_any(const struct evidence *e, float coin) {
    struct normaliser z = normalise(e);
    double sum = 0.0, rounding = (e->count + 4) * ROUNDING;
    double slack = (z.most - z.least) / z.least + rounding;
    for (int i = 0; i < e->count; i++) {
        sum += (double)e->powers[i];
        double part = sum / z.most;
        double margin = spread(e, part < 1.0 ? part : 1.0) + slack;
        if ((double)coin < part - margin) {
            return e->tokens[i];
        }
        if ((double)coin <= part + margin) {
            return UNCERTAIN;
        }
    }
    return UNCERTAIN;
}

int certify(const struct evidence *evidence, struct candidate *room, bool likeliest, float topp,
            float coin) {
    if (likeliest) {
        return greedy(evidence);
    }
    if (topp <= 0.0f || topp >= 1.0f) {
        return choose_any(evidence, coin);
    }
    return choose_topp(evidence, room, topp, coin);
}
