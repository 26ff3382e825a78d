/* SPDX-License-Identifier: MIT */
/*
 * Drafts of the next token, learned from what the model itself tells.
 *
 * One pass over the weights costs much more in memory than in arithmetic, so that it computes a
 * drafted position along with the known one at little cost. A draft token changes no story: it
 * counts only where the token that is chosen turns out to be the drafted one.
 */
#ifndef LLAMA_DRAFT_H
#define LLAMA_DRAFT_H

#include <stdint.h>

enum { DRAFT_CONTEXT = 3 }; /* tokens that a draft token looks back, at most */

/* What mostly follows some tokens. A slot is free where `key` is 0. */
struct draft {
    uint32_t key; /* of the tokens, see draft_key */
    int32_t token;
};

/* An open hash table: a key is at key & mask, or in one of the PROBES slots after that. */
struct draft_table {
    const struct draft *slots;
    uint32_t mask; /* slots - 1 */
};

enum { DRAFT_PROBES = 8 };

/* The key of the `count` tokens that end with tokens[pos]. Never 0. */
uint32_t draft_key(const int *tokens, int pos, int count);

/* The token that mostly comes after tokens[0] to tokens[pos], or -1. */
int draft_next(const struct draft_table *drafts, const int *tokens, int pos);

#endif
