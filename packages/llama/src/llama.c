/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "llama.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chooser.h"
#include "error.h"
#include "file.h"
#include "kernels.h"
#include "model.h"
#include "packed.h"
#include "rng.h"
#include "tokenizer.h"
#include "transformer.h"

static const char TOKENIZER[] = "tokenizer.bin"; /* run.c's default */

struct llama {
    struct model model;
    struct tokenizer tokenizer;
    const struct kernels *kernels;
    struct transformer transformer;
    struct chooser chooser;
};

static bool open_tokenizer(struct llama *llama, const char *path, struct llama_error *error) {
    int vocab_size = llama->model.shape.vocab_size;
    struct file own = model_tokenizer(&llama->model), file;
    if (path == NULL && own.data != NULL) {
        return tokenizer_parse(&llama->tokenizer, own.data, own.size, vocab_size,
                               "the model's tokenizer", error);
    }
    path = path != NULL ? path : TOKENIZER;
    if (!file_map(&file, path, error)) {
        return false;
    }
    bool done = tokenizer_parse(&llama->tokenizer, file.data, file.size, vocab_size, path, error);
    file_unmap(&file);
    return done;
}

static bool open_kernels(struct llama *llama, struct llama_error *error) {
    llama->kernels = kernels_choose();
    return llama->kernels != NULL ||
           fail(error, "LLAMA_KERNEL: this machine has no kernels of that name: portable, rvv07 "
                       "or rvv10 is expected");
}

static bool open_model(struct llama *llama, const char *path, struct llama_error *error) {
    const char *mode = getenv("LLAMA_MODE");
    bool fast = mode == NULL || mode[0] == '\0' || strcmp(mode, "q16") == 0;
    if (!fast && strcmp(mode, "fp32") != 0) {
        return fail(error, "LLAMA_MODE=%s: fp32 or q16 is expected", path_tail(mode));
    }
    return model_open(&llama->model, path, fast ? PRECISION_Q16 : PRECISION_F32, error);
}

static bool open_all(struct llama *llama, const char *model_path, const char *tokenizer_path,
                     struct llama_error *error) {
    return open_kernels(llama, error) && open_model(llama, model_path, error) &&
           open_tokenizer(llama, tokenizer_path, error) &&
           chooser_open(&llama->chooser, &llama->transformer, &llama->model, error);
}

struct llama *llama_open(const char *model_path, const char *tokenizer_path,
                         struct llama_error *error) {
    error->text[0] = '\0';
    struct llama *llama = calloc(1, sizeof *llama);
    if (llama == NULL) {
        fail(error, "not enough memory");
        return NULL;
    }
    if (!open_all(llama, model_path, tokenizer_path, error)) {
        llama_close(llama);
        return NULL;
    }
    return llama;
}

bool llama_is_of(const char *path, const char *name) {
    struct llama_error ignored;
    struct file file;
    bool known = file_map(&file, path, &ignored) && packed_is_of(file.data, file.size, name);
    file_unmap(&file);
    return known;
}

void llama_close(struct llama *llama) {
    if (llama == NULL) {
        return;
    }
    chooser_close(&llama->chooser);
    transformer_close(&llama->transformer);
    tokenizer_close(&llama->tokenizer);
    model_close(&llama->model);
    free(llama);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/*
 * Encodes the prompt into new memory, which has room for a story of so many steps and which the
 * caller frees. Returns NULL on error.
 */
static int *encode(struct llama *llama, const char *prompt, int *count, int steps,
                   struct llama_error *error) {
    size_t length = strlen(prompt);
    size_t seq_len = (size_t)llama->model.shape.seq_len;
    /* Cheap first: no text of this length can fit, and merging takes time in its square. */
    if (length > seq_len * (size_t)llama->tokenizer.longest) {
        fail(error, "the prompt of %zu bytes is too long for %zu tokens", length, seq_len);
        return NULL;
    }
    int *tokens = calloc(length + 2 + (size_t)steps, sizeof *tokens);
    if (tokens == NULL) {
        fail(error, "not enough memory for a prompt of %zu bytes", length);
        return NULL;
    }
    *count = tokenizer_encode(&llama->tokenizer, prompt, tokens, error);
    if (*count > (int)seq_len) {
        fail(error, "the prompt has %d tokens; the model takes %zu", *count, seq_len);
    }
    if (*count < 1 || *count > (int)seq_len) {
        free(tokens);
        return NULL;
    }
    return tokens;
}

/*
 * Keys and values take most of the working memory: they get what the longest story so far needed.
 */
static bool prepare(struct llama *llama, int steps, struct llama_error *error) {
    chooser_reset(&llama->chooser);
    if (steps <= llama->transformer.capacity) {
        return true;
    }
    transformer_close(&llama->transformer);
    return transformer_open(&llama->transformer, &llama->model, llama->kernels, steps, error);
}

/* A story on its way. */
struct story {
    struct llama *llama;
    const struct llama_settings *settings;
    int *tokens; /* (steps + 1) */
    int given;   /* tokens of the prompt */
    int steps;
    uint64_t rng;
    llama_piece_fn *piece;
    void *user;
};

/* Hands out the text of the token at `pos`, 1 or more. False when no more is wanted. */
static bool say(const struct story *story, int pos) {
    const char *text = tokenizer_decode(&story->llama->tokenizer, story->tokens[pos - 1],
                                        story->tokens[pos]);
    return *text == '\0' || story->piece(story->user, text);
}

/* A pass over `count` positions, of which the last `open` are to be gone on from. */
struct pass {
    int pos;
    int count;
    int open; /* 1, or 2 when the last token is guessed; 0: more of the prompt follows */
};

/* What to compute next: the prompt at once, but for its first token, then one token and a guess. */
static struct pass plan(struct story *story, int pos) {
    struct llama *llama = story->llama;
    int known = story->given < story->steps ? story->given : story->steps;
    struct pass pass = {.pos = pos, .count = pos == 0 || known <= pos ? 1 : known - pos};
    int end = pos + pass.count;
    pass.open = end >= story->given;
    /* The table is there once something was chosen. */
    if (pass.open && pos >= story->given && end < story->steps) {
        int guess = guesses_next(&llama->model.guesses, story->tokens, end - 1);
        if (guess >= 0) {
            story->tokens[end] = guess;
            llama->chooser.counts.guessed++;
            pass.count++;
            pass.open++;
        }
    }
    return pass;
}

/* The token after `pos`, which is the given row of the open ones of a pass. */
static bool choose(struct story *story, const struct pass *pass, int row, int *next, bool *again,
                   struct llama_error *error) {
    struct llama *llama = story->llama;
    const float *x = llama->transformer.x +
                     (size_t)(pass->count - pass->open) * (size_t)llama->model.shape.dim;
    struct question question = {
        .tokens = story->tokens,
        .pos = pass->pos + pass->count - pass->open + row,
        .temperature = story->settings->temperature,
        .topp = story->settings->topp,
        .coin = story->settings->temperature == 0.0f ? 0.0f : rng_f32(&story->rng),
    };
    if (!chooser_choose(&llama->chooser, x, pass->open, row, &question, next, again, error)) {
        return false;
    }
    return *next >= 0 ||
           fail(error, "the model's arithmetic gives no number: its weights are damaged, or the "
                       "temperature is too near 0");
}

/* Chooses what follows a pass. *known becomes the number of tokens that are certain. */
static bool go_on(struct story *story, const struct pass *pass, int *known,
                  struct llama_error *error) {
    bool again = false;
    *known = pass->pos + pass->count - pass->open + 1;
    for (int row = 0; row < pass->open; row++) {
        int next, guess = story->tokens[*known];
        if (!choose(story, pass, row, &next, &again, error)) {
            return false;
        }
        story->tokens[(*known)++] = next;
        if (row + 1 == pass->open || next != guess) {
            return true;
        }
        story->llama->chooser.counts.right++;
        if (again) {
            return true;
        }
    }
    return true;
}

/* Hands out the tokens from `pos` to before `known`. False when no more is wanted. */
static bool say_all(const struct story *story, int *pos, int known) {
    while (*pos + 1 < known) {
        ++*pos;
        if (story->tokens[*pos] == TOKEN_BOS || !say(story, *pos)) {
            return false;
        }
    }
    return true;
}

/*
 * The loop of run.c: the prompt's tokens first, then what the model says, until it says BOS. The
 * end of the first pass, which also pays for bringing the weights in, starts the clock.
 */
static bool tell(struct story *story, struct llama_stats *stats, struct llama_error *error) {
    struct llama *llama = story->llama;
    double begin = now(), start = begin;
    int pos = 0; /* tokens that were handed out */
    bool wanted = true;
    while (pos < story->steps && wanted) {
        struct pass pass = plan(story, pos);
        int known = pass.pos + pass.count + 1;
        if (!transformer_forward(&llama->transformer, story->tokens + pos, pass.count, pos,
                                 llama->model.precision, error)) {
            return false;
        }
        if (pos == 0) {
            start = now();
        }
        if (pass.open > 0 && !go_on(story, &pass, &known, error)) {
            return false;
        }
        wanted = say_all(story, &pos, known);
    }
    bool timed = pos > 1;
    *stats = (struct llama_stats){
        .tokens = timed ? pos - 1 : 0,
        .seconds = timed ? now() - start : 0.0,
        .first_seconds = start - begin,
        .certainty = llama->chooser.counts,
    };
    return true;
}

static bool tell_prompt(struct llama *llama, const char *prompt, struct story *story,
                        struct llama_stats *stats, struct llama_error *error) {
    story->tokens = encode(llama, prompt, &story->given, story->steps, error);
    if (story->tokens == NULL) {
        return false;
    }
    bool done = prepare(llama, story->steps, error) && tell(story, stats, error);
    free(story->tokens);
    model_rest(&llama->model);
    return done;
}

bool llama_tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                llama_piece_fn *piece, void *user, struct llama_stats *stats,
                struct llama_error *error) {
    error->text[0] = '\0';
    *stats = (struct llama_stats){0};
    int seq_len = llama->model.shape.seq_len;
    struct story story = {
        .llama = llama,
        .settings = settings,
        .steps = settings->steps < 1 || settings->steps > seq_len ? seq_len : settings->steps,
        .rng = settings->seed,
        .piece = piece,
        .user = user,
    };
    return tell_prompt(llama, prompt == NULL ? "" : prompt, &story, stats, error);
}
