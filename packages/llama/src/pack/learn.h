/* SPDX-License-Identifier: MIT */
/* Draft tokens for a packed model, out of stories that it tells itself. */
#ifndef LLAMA_LEARN_H
#define LLAMA_LEARN_H

#include "draft.h"
#include "llama.h"
#include "work.h"

/*
 * The table: `count` slots, a power of two, which free() gives back; none for a model of no words.
 */
struct lesson {
    struct draft *slots;
    uint32_t count;
    struct work work; /* of telling the stories */
};

/* Lets the packed model at `path` tell stories and learns from them. */
bool learn_drafts(struct lesson *lesson, const char *path, struct llama_error *error);

#endif
