/* SPDX-License-Identifier: MIT */
/*
 * The engine's library: reads a llama2.c model and tells what run.c would tell.
 *
 * One `struct llama` serves one thread at a time. Nothing here ends the program or prints.
 */
#ifndef LLAMA_H
#define LLAMA_H

#include <stdbool.h>
#include <stdint.h>

struct llama; /* one model, its tokenizer and its state */

struct llama_error {
    char text[256]; /* one sentence for a person; empty when all went well */
};

struct llama_settings {
    float temperature; /* 0: always the likeliest token */
    float topp;        /* nucleus; 0 or 1: off */
    uint64_t seed;     /* never 0 */
    int steps;         /* tokens at most, prompt included; 0: the model's sequence length */
    /*
     * Whether this piece must not come next, after those that were handed out; NULL: all may, as in
     * the reference. Asked of what was chosen, and where that is refused, of all else that may
     * come: the choice is made again, with the same coin, among what is allowed. Where all is
     * refused, the story ends. It must answer the same question always the same way.
     */
    bool (*is_refused)(void *user, const char *piece);
    void *user;         /* for is_refused */
    bool tells_choices; /* what llama_was_choice tells is to be known; costs few passes more */
};

/* How the tokens of a story were chosen: what each level could not tell went on to the next. */
struct llama_certainty {
    int tokens;  /* that were chosen, not given */
    int closer;  /* needed closer bounds of the rows outside the short list */
    int passes;  /* needed the pass in float32 */
    int all;     /* needed all rows of the classifier */
    int drafted; /* tokens that were drafted before they were chosen */
    int right;   /* of these, the chosen ones: each saved a pass */
    int refused; /* choices that is_refused had made again */
};

struct llama_stats {
    int tokens;     /* tokens told after the first one */
    double seconds; /* the time they took: as in run.c, the clock starts after the first token */
    double busy_seconds;  /* of these, what passed in the engine and not with who listens */
    double first_seconds; /* of the first pass: of a packed model's first story, what reading the
                             model took */
    struct llama_certainty certainty;
};

/* Called for each decoded piece, NUL-terminated, as run.c would print it; false stops the story. */
typedef bool llama_piece_fn(void *user, const char *piece);

/*
 * Opens a model, packed or a legacy llama2.c checkpoint, and its tokenizer. `tokenizer_path` NULL
 * is the tokenizer that a packed model holds, or else the file tokenizer.bin. A packed model is
 * read while the first story already begins. The environment chooses how to compute: LLAMA_MODE
 * (q16, fp32; packed models only) and LLAMA_KERNEL (portable, rvv07, rvv10). Returns NULL, with
 * the reason in `error`, when a file cannot be read or trusted.
 */
struct llama *llama_open(const char *model_path, const char *tokenizer_path,
                         struct llama_error *error);

/*
 * True when the model at `path` was packed from a checkpoint of this file name: who asks for
 * stories15M.bin can be given the packed one.
 */
bool llama_is_of(const char *path, const char *name);

/*
 * Waits until the whole model has been read; llama_open returns before that. False, with the reason
 * in `error`, when it cannot be: no story will be told with it. Else `error` is left as it is.
 */
bool llama_wait(struct llama *llama, struct llama_error *error);

/* Gives back everything; NULL is allowed. */
void llama_close(struct llama *llama);

/*
 * Tells one story. May be called any number of times; equal prompt and settings give the equal
 * story. `prompt` may be NULL, which is the empty prompt. False, with the reason in `error`, when
 * the prompt does not fit the model or its arithmetic gives no number; a story stopped by `piece`
 * is no error.
 */
bool llama_tell(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                llama_piece_fn *piece, void *user, struct llama_stats *stats,
                struct llama_error *error);

/*
 * The same story piece by piece, with nothing computed before it is asked for. llama_begin takes
 * the place of the story before, and llama_tell that of this one. A NULL prompt is the empty one.
 */
bool llama_begin(struct llama *llama, const char *prompt, const struct llama_settings *settings,
                 struct llama_error *error);

/*
 * Hands out the next piece, which lasts until the next call; the prompt's come first. *piece is
 * NULL when the story is over. False, with the reason in `error`, where llama_tell would fail.
 */
bool llama_next(struct llama *llama, const char **piece, struct llama_error *error);

/*
 * Whether the model had a choice where the latest piece came from: its nucleus held other tokens,
 * too. Needs settings.tells_choices, a temperature and a nucleus, and is false without.
 */
bool llama_was_choice(const struct llama *llama);

/* The place in the story after the latest piece: a number for llama_rewind. */
int llama_mark(const struct llama *llama);

/*
 * Goes back to a place of this story, from which it goes on with the coins of another seed (never
 * 0). From a place in the prompt, the seed of the story itself gives the story itself. False when
 * the story never was at this place.
 */
bool llama_rewind(struct llama *llama, int mark, uint64_t seed);

/* Figures of the story so far. */
void llama_stats(const struct llama *llama, struct llama_stats *stats);

/*
 * True when the model can say the word, with a space before it, in one token that it has learned.
 */
bool llama_knows(const struct llama *llama, const char *word);

#endif
