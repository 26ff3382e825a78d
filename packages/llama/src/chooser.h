/* SPDX-License-Identifier: MIT */
/*
 * From what the transformer leaves to the next token, as run.c would choose it, at the least cost
 * that is certain: the short list with cheap bounds of the rest, then with closer bounds, then
 * the pass again in the reference's arithmetic, then all rows.
 */
#ifndef LLAMA_CHOOSER_H
#define LLAMA_CHOOSER_H

#include "sampler.h"
#include "transformer.h"

struct chooser {
    struct transformer *transformer;
    struct sampler sampler;
    float *logits;   /* (TOGETHER, padded rows of the short list), or (vocab_size) */
    float *exps;     /* (vocab_size) */
    int exact;       /* keys and values of positions before this one are the reference's */
    bool was_choice; /* where asked: the latest token's nucleus held others, too */
    struct llama_certainty counts;
};

/* What is told: tokens at positions 0 to pos, and how the one after them is chosen. */
struct question {
    const int *tokens;
    int pos;
    float temperature;
    float topp;
    float coin;
    bool (*is_refused)(void *user, int token); /* NULL: any token may follow */
    void *user;
    bool asks_choice; /* whether chooser->was_choice is to be known */
};

/* `transformer` may be opened later, on the same model. */
bool chooser_open(struct chooser *chooser, struct transformer *transformer,
                  const struct model *model, struct llama_error *error);

void chooser_close(struct chooser *chooser);

/* A new story begins. */
void chooser_reset(struct chooser *chooser);

/*
 * `x` (count, dim) is what a pass left for `count` positions, at most TOGETHER. Chooses the token
 * after question->pos, which is position `row` of them; row 0 first. *token is -1 when
 * the arithmetic gives no number. *again is set when the pass had to be made again: the later rows
 * are lost. False when the model cannot be read.
 *
 * Where question->is_refused refuses that token, all refused ones are as if their logits were -inf:
 * with the same coin, run.c would choose from the others what is chosen here.
 */
bool chooser_choose(struct chooser *chooser, const float *x, int count, int row,
                    const struct question *question, int *token, bool *again,
                    struct llama_error *error);

#endif
