/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "tale.h"

#include <stdlib.h>
#include <time.h>

#include "error.h"
#include "rng.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void tale_begin(struct tale *tale, int *tokens, int given, int steps,
                const struct llama_settings *settings) {
    tale->settings = *settings;
    tale->tokens = tokens;
    tale->given = given;
    tale->steps = steps;
    tale->rng = settings->seed;
    chooser_reset(tale->chooser);
}

void tale_end(struct tale *tale) {
    free(tale->tokens);
    *tale = (struct tale){
        .tokenizer = tale->tokenizer, .transformer = tale->transformer, .chooser = tale->chooser};
}

static bool is_over(const struct tale *tale) {
    return tale->told >= tale->steps || (tale->told > 0 && tale->tokens[tale->told] == TOKEN_BOS);
}

/*
 * What to compute next: the first token alone, then the rest of the prompt at once, then one token
 * and a guess. A position whose guess was wrong is computed again.
 */
static struct pass plan(const struct tale *tale) {
    int computed = tale->pass.pos + tale->pass.count;
    int pos = computed < tale->told ? computed : tale->told;
    int known = tale->given < tale->steps ? tale->given : tale->steps;
    struct pass pass = {.pos = pos, .count = pos == 0 || known <= pos ? 1 : known - pos};
    pass.open = pos + pass.count >= tale->given;
    return pass;
}

/* Takes along what will probably follow. */
static void add_guess(struct tale *tale, struct pass *pass) {
    const struct model *model = tale->transformer->model;
    int end = pass->pos + pass->count;
    /* The table is there once something was chosen. */
    if (pass->open == 0 || pass->pos < tale->given || end >= tale->steps) {
        return;
    }
    int guess = guesses_next(&model->guesses, tale->tokens, end - 1);
    if (guess >= 0) {
        tale->tokens[end] = guess;
        tale->chooser->counts.guessed++;
        pass->count++;
        pass->open++;
    }
}

static bool make_pass(struct tale *tale, struct llama_error *error) {
    struct transformer *t = tale->transformer;
    struct pass pass = plan(tale);
    double begun = now();
    add_guess(tale, &pass);
    if (!transformer_forward(t, tale->tokens + pass.pos, pass.count, pass.pos, t->model->precision,
                             error)) {
        return false;
    }
    tale->pass = pass;
    /* As in run.c, whose first pass brings all weights in: its end starts the clock. */
    if (tale->started == 0.0) {
        if (!model_wait(t->model, t->model->shape.n_layers, error)) {
            return false;
        }
        tale->started = now();
        tale->first = tale->started - begun;
    }
    return true;
}

/* Asks whoever listens; a token that says nothing, as the end does, is always allowed. */
static bool is_refused(void *user, int token) {
    const struct tale *tale = user;
    const char *piece = tokenizer_decode(tale->tokenizer, tale->tokens[tale->told], token);
    return token != TOKEN_BOS && *piece != '\0' &&
           tale->settings.is_refused(tale->settings.user, piece);
}

/* Chooses the token after those that were told, from the pass's next open row. */
static bool choose(struct tale *tale, struct llama_error *error) {
    struct pass *pass = &tale->pass;
    const struct transformer *t = tale->transformer;
    const float *x = t->x + (size_t)(pass->count - pass->open) * (size_t)t->model->shape.dim;
    struct question question = {
        .tokens = tale->tokens,
        .pos = tale->told,
        .temperature = tale->settings.temperature,
        .topp = tale->settings.topp,
        .coin = tale->settings.temperature == 0.0f ? 0.0f : rng_f32(&tale->rng),
        .is_refused = tale->settings.is_refused == NULL ? NULL : is_refused,
        .user = tale,
    };
    int next;
    bool again;
    if (!chooser_choose(tale->chooser, x, pass->open, pass->row, &question, &next, &again, error)) {
        return false;
    }
    if (next < 0) {
        return fail(error, "the model's arithmetic gives no number: its weights are damaged, or "
                           "the temperature is too near 0");
    }
    bool guessed = pass->row + 1 < pass->open && tale->tokens[tale->told + 1] == next;
    tale->chooser->counts.right += guessed;
    tale->tokens[tale->told + 1] = next;
    pass->row = guessed && !again ? pass->row + 1 : pass->open;
    return true;
}

/* Sees to it that the token after those that were told is there. */
static bool find_next(struct tale *tale, struct llama_error *error) {
    bool given = tale->told + 1 < tale->given;
    while (tale->pass.count == 0 || (!given && tale->pass.row == tale->pass.open)) {
        if (!make_pass(tale, error)) {
            return false;
        }
    }
    return given || choose(tale, error);
}

static bool find_piece(struct tale *tale, const char **piece, struct llama_error *error) {
    *piece = NULL;
    while (*piece == NULL && !is_over(tale)) {
        if (!find_next(tale, error)) {
            return false;
        }
        int token = tale->tokens[++tale->told];
        const char *text = tokenizer_decode(tale->tokenizer, tale->tokens[tale->told - 1], token);
        *piece = token == TOKEN_BOS || *text == '\0' ? NULL : text;
    }
    return true;
}

bool tale_next(struct tale *tale, const char **piece, struct llama_error *error) {
    double begun = now();
    if (!find_piece(tale, piece, error)) {
        return false;
    }
    tale->latest = now();
    tale->busy += tale->latest - (begun > tale->started ? begun : tale->started);
    return true;
}

bool tale_rewind(struct tale *tale, int mark, uint64_t seed) {
    if (mark < 0 || mark > tale->told) {
        return false;
    }
    /* What is computed again is in the model's own precision. */
    tale->chooser->exact = mark < tale->chooser->exact ? mark : tale->chooser->exact;
    tale->told = mark;
    tale->pass = (struct pass){.pos = mark};
    tale->rng = seed;
    return true;
}

void tale_stats(const struct tale *tale, struct llama_stats *stats) {
    bool timed = tale->told > 1;
    *stats = (struct llama_stats){
        .tokens = timed ? tale->told - 1 : 0,
        .seconds = timed ? tale->latest - tale->started : 0.0,
        .busy_seconds = timed ? tale->busy : 0.0,
        .first_seconds = tale->first,
        .certainty = tale->chooser->counts,
    };
}
