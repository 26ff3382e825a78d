/* SPDX-License-Identifier: MIT */
/* What can be said, as a grammar; and what was said, as the parts of a story. */
#ifndef LISTENER_REQUEST_H
#define LISTENER_REQUEST_H

#include <stdbool.h>
#include <stdio.h>

#include "lists.h"

/* The words that stand around those of the lists, in no order; NULL ends them. */
extern const char *const REQUEST_WORDS[];

/* Write the grammar (JSGF) of a request. is_answer: of the answer to a question, which is one word.
 * Lists that are empty have no part in it. Returns false when there is nothing to listen for. */
bool request_grammar(FILE *file, const struct list lists[LIST_KINDS], bool is_answer);

/* Find the parts in the words that were heard, which are taken apart. Parts that were not said are
 * empty. */
void request_parts(char *heard, const struct list lists[LIST_KINDS], const char *parts[LIST_KINDS]);

#endif
