/* SPDX-License-Identifier: MIT */
/* The word lists: what stories are about, how they begin, and what they must not hold. */
#ifndef STORYTELLER_WORDS_H
#define STORYTELLER_WORDS_H

#include <lines.h>

#include "text/gate.h"
#include "text/list.h"
#include "text/topic.h"

struct words;

/* Read the lists (heroes.txt, ..., blocked.txt) of a folder. A list of the folder `own` (NULL:
 * there is none) is taken instead of ours; its blocked.txt adds to ours. What is only known, not
 * drawn, is in files of the same names in the folder's `asked`. Lines that cannot be used are
 * complained about and left out; where no line is left, the list before it holds, and in the end a
 * single word. Returns NULL, after a complaint, without memory or without our own
 * blocked.txt: nothing is to be told then. */
struct words *words_open(const char *folder, const char *own, complain_fn *complain, void *user);
void words_close(struct words *words);

const struct list *words_list(const struct words *words, enum list_kind kind);
const struct gate *words_gate(const struct words *words);

/* What is meant by the longest saying ("sabre tooth = tiger") that the text begins with, or NULL.
 * length: gets its length in the text. */
const char *words_meaning(const struct words *words, const char *text, size_t *length);

/* Whether a topic holds something that is blocked. */
bool words_block(const struct words *words, const struct topic *topic);

#endif
