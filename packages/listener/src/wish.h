/* SPDX-License-Identifier: MIT */
/* What can be said, as a grammar; and what was said, as the parts of a story. */
#ifndef LISTENER_WISH_H
#define LISTENER_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lists.h"

/* The words that stand around those of the lists, in no order; NULL ends them. */
extern const char *const WISH_WORDS[];

/* Write the grammar (JSGF) of a wish. is_answer: of the answer to a question, which is one word.
 * Lists that are empty have no part in it. Returns false when there is nothing to listen for. */
bool wish_grammar(FILE *file, const struct list lists[LIST_KINDS], bool is_answer);

/* Find the parts in the words that were heard, which are taken apart. Parts that were not said are
 * empty. */
void wish_parts(char *heard, const struct list lists[LIST_KINDS], const char *parts[LIST_KINDS]);

#endif
