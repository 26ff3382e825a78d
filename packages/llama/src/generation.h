/* SPDX-License-Identifier: MIT */
/*
 * One story on its way: the loop of run.c, turned round. Whoever listens asks for the next piece:
 * the prompt's tokens come first, then what the model says, until it says BOS.
 */
#ifndef LLAMA_GENERATION_H
#define LLAMA_GENERATION_H

#include "chooser.h"
#include "tokenizer.h"

/* A pass over `count` positions, of which the last `open` are to be gone on from. */
struct pass {
    int pos;
    int count;
    int open; /* 1, or 2 when the last token is drafted; 0: more of the prompt follows */
    int row;  /* of the open ones, the next to choose from */
};

/* All zeros is the story that is over before it begins. */
struct generation {
    struct tokenizer *tokenizer;
    struct transformer *transformer;
    struct chooser *chooser;
    struct llama_settings settings;
    int *tokens; /* (steps + 1) and what of the prompt is longer */
    int given;   /* tokens of the prompt */
    int steps;
    int emitted;      /* tokens 1 to this one were handed out */
    bool was_choice;  /* the latest of them: see llama_was_choice */
    struct pass pass; /* the latest */
    uint64_t rng;
    double first;   /* seconds of the first pass; 0: it is still to come */
    double started; /* when it was over, in seconds of the monotonic clock */
    double latest;  /* when the latest piece was handed out */
    double busy;    /* seconds since the first pass that finding the pieces took */
};

/* Begins with `given` tokens (1 or more), in memory for so many and `steps` + 1 that it owns. */
void generation_begin(struct generation *generation, int *tokens, int given, int steps,
                      const struct llama_settings *settings);

/* Gives back what it owns. */
void generation_end(struct generation *generation);

/* See llama.h for these. */
bool generation_next(struct generation *generation, const char **piece, struct llama_error *error);
bool generation_rewind(struct generation *generation, int mark, uint64_t seed);
void generation_stats(const struct generation *generation, struct llama_stats *stats);

#endif
