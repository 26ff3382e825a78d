/* SPDX-License-Identifier: MIT */
/*
 * Guesses of the next token, learned from what the model itself tells.
 *
 * One pass over the weights costs much more in memory than in arithmetic, so that it computes a
 * guessed position along with the known one at little cost. A guess changes no story: it counts
 * only where the token that is chosen turns out to be the guessed one.
 */
#ifndef LLAMA_GUESSES_H
#define LLAMA_GUESSES_H

#include <stdint.h>

enum { GUESS_CONTEXT = 3 }; /* tokens that a guess looks back, at most */

/* What mostly follows some tokens. A slot is free where `key` is 0. */
struct guess {
    uint32_t key; /* of the tokens, see guess_key */
    int32_t token;
};

/* An open hash table: a key is at key & mask, or in one of the PROBES slots after that. */
struct guesses {
    const struct guess *slots;
    uint32_t mask; /* slots - 1 */
};

enum { GUESS_PROBES = 8 };

/* The key of the `count` tokens that end with tokens[pos]. Never 0. */
uint32_t guess_key(const int *tokens, int pos, int count);

/* The token that mostly comes after tokens[0] to tokens[pos], or -1. */
int guesses_next(const struct guesses *guesses, const int *tokens, int pos);

#endif
