/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "teller.h"
#include "tokenizer.h"

enum { STORIES = 4 };
/* Errors are nearly normal with long tails; the greatest of a thousand is doubled. */
static const float MARGIN = 2.0f;
/* Tokens below this part of the likeliest one's probability decide nothing. */
static const float LIKELY = 1e-4f;

/* The same model twice: in float32, which tells, and in 16 bits, which follows. */
struct pair {
    struct teller exact, fast;
    float *exact_logits, *fast_logits; /* (padded rows of the list) */
};

static bool open_pair(struct pair *pair, const char *path, struct llama_error *error) {
    *pair = (struct pair){0};
    if (!teller_open(&pair->exact, path, PRECISION_F32, error) ||
        !teller_open(&pair->fast, path, PRECISION_Q16, error) ||
        !model_wait(&pair->fast.model, pair->fast.model.shape.n_layers, error)) {
        return false;
    }
    size_t rows = (size_t)tiles_rows(pair->exact.model.shortlist.matrix.rows);
    pair->exact_logits = calloc(rows, sizeof(float));
    pair->fast_logits = calloc(rows, sizeof(float));
    return (pair->exact_logits != NULL && pair->fast_logits != NULL) ||
           fail(error, "not enough memory to compare %zu logits", rows);
}

static void close_pair(struct pair *pair) {
    free(pair->exact_logits);
    free(pair->fast_logits);
    teller_close(&pair->fast);
    teller_close(&pair->exact);
}

static void list_logits(float *logits, const struct teller *teller) {
    tiles_multiply(&kernels_portable, logits, 0, teller->transformer.x, 0, 1,
                   &teller->model.shortlist.matrix);
}

/* The greatest error of a likely token's logit against the likeliest one's. */
static float compare(const float *exact, const float *fast, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
        best = exact[i] > exact[best] ? i : best;
    }
    float most = 0.0f, least = exact[best] + logf(LIKELY), shift = fast[best] - exact[best];
    for (int i = 0; i < count; i++) {
        if (exact[i] >= least) {
            most = fmaxf(most, fabsf(fast[i] - exact[i] - shift));
        }
    }
    return most;
}

static bool follow(struct pair *pair, int *tokens, uint64_t seed, float *most,
                   struct llama_error *error) {
    uint64_t rng = seed;
    int seq_len = pair->exact.model.shape.seq_len, rows = pair->exact.model.shortlist.matrix.rows;
    tokens[0] = TOKEN_BOS;
    for (int pos = 0; pos < seq_len; pos++) {
        if (!teller_pass(&pair->exact, tokens, pos, error) ||
            !teller_pass(&pair->fast, tokens, pos, error) ||
            !model_wait(&pair->exact.model, pair->exact.model.shape.n_layers, error)) {
            return false;
        }
        list_logits(pair->exact_logits, &pair->exact);
        list_logits(pair->fast_logits, &pair->fast);
        *most = fmaxf(*most, compare(pair->exact_logits, pair->fast_logits, rows));
        if (!teller_choose(&pair->exact, tokens, pos, &rng, error)) {
            return false;
        }
        if (tokens[pos + 1] == TOKEN_BOS || tokens[pos + 1] < 0) {
            break;
        }
    }
    return true;
}

bool measure(struct measured *measured, const char *path, struct llama_error *error) {
    struct pair pair;
    float most = 0.0f;
    int chosen = 0, unsure = 0;
    bool good = open_pair(&pair, path, error);
    int *tokens = good ? calloc((size_t)pair.exact.model.shape.seq_len + 1, sizeof *tokens) : NULL;
    good = good && (tokens != NULL || fail(error, "not enough memory for a story"));
    for (uint64_t seed = 1; good && seed <= STORIES; seed++) {
        chooser_reset(&pair.exact.chooser);
        good = follow(&pair, tokens, seed, &most, error);
        chosen += pair.exact.chooser.counts.tokens;
        unsure += pair.exact.chooser.counts.all;
    }
    measured->error = MARGIN * most;
    measured->unsure = chosen > 0 ? (float)unsure / (float)chosen : 0.0f;
    free(tokens);
    close_pair(&pair);
    return good;
}
