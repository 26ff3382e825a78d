/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "generation.h"

#include <stdlib.h>
#include <time.h>

#include "error.h"
#include "rng.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void generation_begin(struct generation *generation, int *tokens, int given, int steps,
                      const struct llama_settings *settings) {
    generation->settings = *settings;
    generation->tokens = tokens;
    generation->given = given;
    generation->steps = steps;
    generation->rng = settings->seed;
    chooser_reset(generation->chooser);
}

void generation_end(struct generation *generation) {
    free(generation->tokens);
    *generation = (struct generation){.tokenizer = generation->tokenizer,
                                      .transformer = generation->transformer,
                                      .chooser = generation->chooser};
}

static bool is_over(const struct generation *generation) {
    return generation->emitted >= generation->steps ||
           (generation->emitted > 0 && generation->tokens[generation->emitted] == TOKEN_BOS);
}

/*
 * What to compute next: the first token alone, then the rest of the prompt at once, then one token
 * and a draft token. A position whose draft token was wrong is computed again.
 */
static struct pass plan(const struct generation *generation) {
    int computed = generation->pass.pos + generation->pass.count;
    int pos = computed < generation->emitted ? computed : generation->emitted;
    int known = generation->given < generation->steps ? generation->given : generation->steps;
    struct pass pass = {.pos = pos, .count = pos == 0 || known <= pos ? 1 : known - pos};
    pass.open = pos + pass.count >= generation->given;
    return pass;
}

/* Takes along what will probably follow. */
static void add_draft(struct generation *generation, struct pass *pass) {
    const struct model *model = generation->transformer->model;
    int end = pass->pos + pass->count;
    /* The table is there once something was chosen. */
    if (pass->open == 0 || pass->pos < generation->given || end >= generation->steps) {
        return;
    }
    int draft = draft_next(&model->drafts, generation->tokens, end - 1);
    if (draft >= 0) {
        generation->tokens[end] = draft;
        generation->chooser->counts.drafted++;
        pass->count++;
        pass->open++;
    }
}

static bool make_pass(struct generation *generation, struct llama_error *error) {
    struct transformer *t = generation->transformer;
    struct pass pass = plan(generation);
    double begun = now();
    add_draft(generation, &pass);
    if (!transformer_forward(t, generation->tokens + pass.pos, pass.count, pass.pos,
                             t->model->precision, error)) {
        return false;
    }
    generation->pass = pass;
    /* As in run.c, whose first pass brings all weights in: its end starts the clock. */
    if (generation->started == 0.0) {
        if (!model_wait(t->model, t->model->shape.n_layers, error)) {
            return false;
        }
        generation->started = now();
        generation->first = generation->started - begun;
    }
    return true;
}

/* Asks whoever listens; a token that says nothing, as the end does, is always allowed. */
static bool is_refused(void *user, int token) {
    const struct generation *generation = user;
    const char *piece =
        tokenizer_decode(generation->tokenizer, generation->tokens[generation->emitted], token);
    return token != TOKEN_BOS && *piece != '\0' &&
           generation->settings.is_refused(generation->settings.user, piece);
}

/* Chooses the token after those emitted, from the pass's next open row. */
static bool choose(struct generation *generation, struct llama_error *error) {
    struct pass *pass = &generation->pass;
    const struct transformer *t = generation->transformer;
    const float *x = t->x + (size_t)(pass->count - pass->open) * (size_t)t->model->shape.dim;
    struct question question = {
        .tokens = generation->tokens,
        .pos = generation->emitted,
        .temperature = generation->settings.temperature,
        .topp = generation->settings.topp,
        .coin = generation->settings.temperature == 0.0f ? 0.0f : rng_f32(&generation->rng),
        .is_refused = generation->settings.is_refused == NULL ? NULL : is_refused,
        .user = generation,
        .asks_choice = generation->settings.tells_choices,
    };
    int next;
    bool again;
    if (!chooser_choose(generation->chooser, x, pass->open, pass->row, &question, &next, &again,
                        error)) {
        return false;
    }
    if (next < 0) {
        return fail(error, "the model's logits are not numbers: its weights are damaged, or the "
                           "temperature is too close to 0");
    }
    bool drafted =
        pass->row + 1 < pass->open && generation->tokens[generation->emitted + 1] == next;
    generation->chooser->counts.right += drafted;
    generation->tokens[generation->emitted + 1] = next;
    generation->was_choice = generation->chooser->was_choice;
    pass->row = drafted && !again ? pass->row + 1 : pass->open;
    return true;
}

/* Sees to it that the token after those emitted is there. */
static bool find_next(struct generation *generation, struct llama_error *error) {
    bool given = generation->emitted + 1 < generation->given;
    while (generation->pass.count == 0 ||
           (!given && generation->pass.row == generation->pass.open)) {
        if (!make_pass(generation, error)) {
            return false;
        }
    }
    generation->was_choice = false;
    return given || choose(generation, error);
}

static bool find_piece(struct generation *generation, const char **piece,
                       struct llama_error *error) {
    *piece = NULL;
    while (*piece == NULL && !is_over(generation)) {
        if (!find_next(generation, error)) {
            return false;
        }
        int token = generation->tokens[++generation->emitted];
        const char *text = tokenizer_decode(generation->tokenizer,
                                            generation->tokens[generation->emitted - 1], token);
        *piece = token == TOKEN_BOS || *text == '\0' ? NULL : text;
    }
    return true;
}

bool generation_next(struct generation *generation, const char **piece, struct llama_error *error) {
    double begun = now();
    if (!find_piece(generation, piece, error)) {
        return false;
    }
    generation->latest = now();
    generation->busy +=
        generation->latest - (begun > generation->started ? begun : generation->started);
    return true;
}

bool generation_rewind(struct generation *generation, int mark, uint64_t seed) {
    if (mark < 0 || mark > generation->emitted) {
        return false;
    }
    /* What is computed again is in the model's own precision. */
    generation->chooser->exact =
        mark < generation->chooser->exact ? mark : generation->chooser->exact;
    generation->emitted = mark;
    generation->pass = (struct pass){.pos = mark};
    generation->rng = seed;
    return true;
}

void generation_stats(const struct generation *generation, struct llama_stats *stats) {
    bool timed = generation->emitted > 1;
    *stats = (struct llama_stats){
        .tokens = timed ? generation->emitted - 1 : 0,
        .seconds = timed ? generation->latest - generation->started : 0.0,
        .busy_seconds = timed ? generation->busy : 0.0,
        .first_seconds = generation->first,
        .certainty = generation->chooser->counts,
    };
}
