/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "error.h"
#include "progress.h"
#include "rng.h"
#include "tokenizer.h"

/* The largest error of some thousand positions counts half as much again. */
static const double MARGIN = 1.5;

/* Told texts: cold ones, the contest's, and hot ones, whose errors have the longest tails. */
static const struct plan {
    float temperature;
    int texts;
    int longest;
} PLANS[] = {{0.5f, 1, 256}, {1.0f, 4, 256}, {3.0f, 6, 128}};

/* Texts that come as a prompt, so that they cost little. */
enum { REPEATED = 12, REPEATED_LENGTH = 64, RANDOM = 6, RANDOM_LENGTH = 256, LONG_LENGTH = 1024 };

enum { TEXTS = 11 + REPEATED + RANDOM }; /* without the long prompts */

struct telling {
    struct comparison comparison;
    struct measured *measured;
    double max;
    int *tokens;    /* (room) of the text at hand */
    int *generated; /* (room) a plan's texts, one after the other: a prompt as long as can be */
    int generated_count;
    int room;
    int texts; /* so far */
    uint64_t rng;
};

static int least(int a, int b) {
    return a < b ? a : b;
}

/* Compares after `count` positions from `pos` on. */
static bool look(struct telling *t, int pos, int count, uint32_t *seen, struct llama_error *error) {
    if (!comparison_pass(&t->comparison, t->tokens, pos, count, error)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        t->max = fmax(t->max, comparison_error(&t->comparison, i));
    }
    *seen += (uint32_t)count;
    return true;
}

/* A token of the list, drawn at a temperature from the logits of the latest position. */
static int draw(struct telling *t, float temperature) {
    const struct shortlist *list = &t->comparison.exact.model.shortlist;
    const float *logits = t->comparison.exact_logits;
    float max = kernels_portable.max(logits, list->matrix.rows);
    double sum = 0.0, part = 0.0, coin = (double)rng_f32(&t->rng);
    for (int i = 0; i < list->matrix.rows; i++) {
        sum += exp((double)((logits[i] - max) / temperature));
    }
    for (int i = 0; i < list->matrix.rows; i++) {
        part += exp((double)((logits[i] - max) / temperature));
        if (part >= coin * sum) {
            return list->tokens[i];
        }
    }
    return TOKEN_BOS; /* no numbers */
}

static bool choose(struct telling *t, const struct plan *plan, int pos, struct llama_error *error) {
    if (plan->temperature != 1.0f) {
        t->tokens[pos + 1] = draw(t, plan->temperature);
        return true;
    }
    return teller_choose(&t->comparison.exact, t->tokens, pos, &t->rng, error);
}

static bool tell(struct telling *t, const struct plan *plan, struct llama_error *error) {
    progress("measuring", (uint64_t)t->texts++, TEXTS);
    chooser_reset(&t->comparison.exact.chooser);
    t->tokens[0] = TOKEN_BOS;
    for (int pos = 0; pos < least(plan->longest, t->room); pos++) {
        if (!look(t, pos, 1, &t->measured->generated, error) || !choose(t, plan, pos, error)) {
            return false;
        }
        if (t->tokens[pos + 1] == TOKEN_BOS || t->tokens[pos + 1] < 0) {
            break;
        }
        if (t->generated_count < t->room) {
            t->generated[t->generated_count++] = t->tokens[pos + 1];
        }
    }
    return true;
}

/* What was generated, as a prompt; then it is forgotten. */
static bool give_generated(struct telling *t, struct llama_error *error) {
    int count = least(t->generated_count, LONG_LENGTH - 1) + 1;
    t->tokens[0] = TOKEN_BOS;
    memcpy(t->tokens + 1, t->generated, (size_t)(count - 1) * sizeof *t->generated);
    t->generated_count = 0;
    return look(t, 0, least(count, t->room), &t->measured->given, error);
}

static bool tell_all(struct telling *t, struct llama_error *error) {
    int chosen = 0, unsure = 0;
    for (size_t i = 0; i < sizeof PLANS / sizeof *PLANS; i++) {
        for (int text = 0; text < PLANS[i].texts; text++) {
            if (!tell(t, &PLANS[i], error)) {
                return false;
            }
            chosen += t->comparison.exact.chooser.counts.tokens;
            unsure += t->comparison.exact.chooser.counts.all;
        }
        if (!give_generated(t, error)) {
            return false;
        }
    }
    t->measured->unsure = chosen > 0 ? (float)unsure / (float)chosen : 0.0f;
    return true;
}

/* Tokens that are drawn from all, each as often as said. */
static bool give(struct telling *t, int length, int times, struct llama_error *error) {
    progress("measuring", (uint64_t)t->texts++, TEXTS);
    int vocab = t->comparison.exact.model.shape.vocab_size, count = least(length, t->room),
        token = 0;
    t->tokens[0] = TOKEN_BOS;
    for (int i = 1; i < count; i++) {
        if ((i - 1) % times == 0) {
            token = (int)(rng_u32(&t->rng) % (uint32_t)vocab);
        }
        t->tokens[i] = token;
    }
    return look(t, 0, count, &t->measured->given, error);
}

static bool give_all(struct telling *t, struct llama_error *error) {
    bool good = true;
    for (int i = 0; good && i < REPEATED; i++) {
        good = give(t, REPEATED_LENGTH, REPEATED_LENGTH, error);
    }
    for (int i = 0; good && i < RANDOM; i++) {
        good = give(t, RANDOM_LENGTH, 1, error);
    }
    return good;
}

static bool open_telling(struct telling *t, struct measured *measured, const char *path,
                         struct llama_error *error) {
    *measured = (struct measured){0};
    *t = (struct telling){.measured = measured, .rng = 1};
    if (!comparison_open(&t->comparison, path, error)) {
        return false;
    }
    t->room = t->comparison.exact.model.shape.seq_len;
    t->tokens = calloc((size_t)t->room + 1, sizeof *t->tokens);
    t->generated = calloc((size_t)t->room, sizeof *t->generated);
    return (t->tokens != NULL && t->generated != NULL) ||
           fail(error, "not enough memory for a story");
}

bool measure(struct measured *measured, const char *path, struct llama_error *error) {
    struct telling telling;
    bool good = open_telling(&telling, measured, path, error) && tell_all(&telling, error) &&
                give_all(&telling, error);
    if (good) {
        double max = fmax(MARGIN * telling.max, comparison_floor(&telling.comparison));
        measured->error = max < (double)FLT_MAX ? (float)max : INFINITY;
    }
    free(telling.tokens);
    free(telling.generated);
    comparison_close(&telling.comparison);
    return good;
}
