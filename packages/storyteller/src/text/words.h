/* SPDX-License-Identifier: MIT */
/* The word lists: what stories are about, how they begin, and what they must not hold. */
#ifndef STORYTELLER_WORDS_H
#define STORYTELLER_WORDS_H

#include <lines.h>

#include "text/gate.h"
#include "text/list.h"
#include "text/topic.h"

struct words;

/* In a folder with what parents add in a browser. */
#define WORDS_ADDED_HEROES "own-heroes.txt"
#define WORDS_ADDED_BLOCKED "own-blocked.txt"

/* Where lists are; all of it stays the caller's. */
struct words_folders {
    const char *ours;
    const char *card;  /* the parents' own; NULL: there is none */
    const char *added; /* with those two files; NULL: there is none */
};

/* Read the lists (heroes.txt, ..., blocked.txt) of our folder. A list of the card is taken instead
 * of ours; its blocked.txt adds to ours. What was added in a browser comes first of the heroes,
 * unless the card has its own, and adds to what is blocked. What is only known, not drawn, is in
 * files of the same names in our folder's `asked`. Lines that cannot be used are complained about
 * and left out; where no line is left, the list before it holds, and in the end a single word.
 * Returns NULL, after a complaint, without memory or without our own blocked.txt: nothing is to be
 * told then. */
struct words *words_open(const struct words_folders *folders, complain_fn *complain, void *user);
void words_close(struct words *words);

/* Read them again, between two stories: what cannot be read stays as it was. */
void words_reload(struct words *words, const struct words_folders *folders, complain_fn *complain,
                  void *user);

/* Whether the card has heroes of its own: those of a browser are not used then. */
bool words_card_has_heroes(const struct words_folders *folders);

/* What is wrong with a hero, or NULL; it is made small. */
const char *words_check_hero(const struct words *words, char *text);

const struct list *words_list(const struct words *words, enum list_kind kind);
const struct gate *words_gate(const struct words *words);

/* What is meant by the longest saying ("sabre tooth = tiger") that the text begins with, or NULL.
 * length: gets its length in the text. */
const char *words_meaning(const struct words *words, const char *text, size_t *length);

/* Whether a topic holds something that is blocked. */
bool words_block(const struct words *words, const struct topic *topic);

#endif
