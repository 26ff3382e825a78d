/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#include "chooser.h"
#include "rng.h"
#include "tokenizer.h"
#include "transformer.h"

enum { STORIES = 4 };
/* Errors are nearly normal with long tails; the greatest of a thousand is doubled. */
static const float MARGIN = 2.0f;
/* Tokens below this part of the likeliest one's probability decide nothing. */
static const float LIKELY = 1e-4f;

/* The same model twice: in float32, which tells, and in 16 bits, which follows. */
struct twin {
    struct model model;
    struct transformer transformer;
    float *logits; /* (padded rows of the list) */
};

static bool open_twin(struct twin *twin, const char *path, enum precision precision,
                      struct llama_error *error) {
    *twin = (struct twin){0};
    if (!model_open(&twin->model, path, precision, error) ||
        !model_wait(&twin->model, twin->model.shape.n_layers, error) ||
        !transformer_open(&twin->transformer, &twin->model, &kernels_portable,
                          twin->model.shape.seq_len, error)) {
        return false;
    }
    size_t rows = (size_t)tiles_rows(twin->model.shortlist.matrix.rows);
    twin->logits = calloc(rows, sizeof *twin->logits);
    return twin->logits != NULL;
}

static void close_twin(struct twin *twin) {
    free(twin->logits);
    transformer_close(&twin->transformer);
    model_close(&twin->model);
}

static bool step(struct twin *twin, int token, int pos, struct llama_error *error) {
    return transformer_forward(&twin->transformer, &token, 1, pos, twin->model.precision, error);
}

static void list_logits(struct twin *twin) {
    tiles_multiply(&kernels_portable, twin->logits, 0, twin->transformer.x, 0, 1,
                   &twin->model.shortlist.matrix);
}

static float compare(const struct twin *exact, const struct twin *fast) {
    int count = exact->model.shortlist.matrix.rows, best = 0;
    for (int i = 1; i < count; i++) {
        best = exact->logits[i] > exact->logits[best] ? i : best;
    }
    float most = 0.0f, least = exact->logits[best] + logf(LIKELY);
    float shift = fast->logits[best] - exact->logits[best];
    for (int i = 0; i < count; i++) {
        if (exact->logits[i] >= least) {
            most = fmaxf(most, fabsf(fast->logits[i] - exact->logits[i] - shift));
        }
    }
    return most;
}

static bool follow(struct twin *exact, struct twin *fast, struct chooser *chooser, uint64_t seed,
                   float *most, struct llama_error *error) {
    int token = TOKEN_BOS;
    uint64_t rng = seed;
    chooser_reset(chooser);
    for (int pos = 0; pos < exact->model.shape.seq_len && token >= 0; pos++) {
        if (!step(exact, token, pos, error) || !step(fast, token, pos, error)) {
            return false;
        }
        list_logits(exact);
        list_logits(fast);
        *most = fmaxf(*most, compare(exact, fast));
        struct question question = {
            .pos = pos, .temperature = 1.0f, .topp = 0.9f, .coin = rng_f32(&rng)};
        bool again;
        if (!chooser_choose(chooser, exact->transformer.x, 1, 0, &question, &token, &again,
                            error)) {
            return false;
        }
        if (token == TOKEN_BOS) {
            break;
        }
    }
    return true;
}

bool measure_error(float *error_of, const char *path, struct llama_error *error) {
    struct twin exact, fast = {0};
    struct chooser chooser = {0};
    float most = 0.0f;
    bool good = open_twin(&exact, path, PRECISION_F32, error) &&
                open_twin(&fast, path, PRECISION_Q16, error) &&
                chooser_open(&chooser, &exact.transformer, &exact.model, error);
    for (uint64_t seed = 1; good && seed <= STORIES; seed++) {
        good = follow(&exact, &fast, &chooser, seed, &most, error);
    }
    *error_of = MARGIN * most;
    chooser_close(&chooser);
    close_twin(&fast);
    close_twin(&exact);
    return good;
}
