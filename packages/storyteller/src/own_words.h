/* SPDX-License-Identifier: MIT */
/* Words that parents add in a browser: heroes, and what is never to be said. They are kept in the
 * data folder, checked as the lines of the card's files are. */
#ifndef STORYTELLER_OWN_WORDS_H
#define STORYTELLER_OWN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/shelf.h"
#include "text/words.h"

/* Of one list; a page shows them all. */
#define OWN_WORDS 64
#define OWN_WORD_BYTES 48

enum own_kind { OWN_HEROES, OWN_BLOCKED, OWN_KINDS };

struct own_words {
    char *words[OWN_WORDS]; /* in text */
    size_t count;
    char text[OWN_WORDS][OWN_WORD_BYTES];
};

/* The name of a list: "heroes", "blocked". */
const char *own_words_name(enum own_kind kind);

/* The list that a line is about, such as "heroes = walrus"; OWN_KINDS: none. The word behind it
 * gets into word; what has no room makes it none. */
enum own_kind own_words_find(const char *line, char word[OWN_WORD_BYTES]);

/* Read what is kept. */
void own_words_read(struct shelf *shelf, enum own_kind kind, struct own_words *own);

/* Add a word. Returns NULL, or what is wrong with it: nothing changed then. */
const char *own_words_add(struct shelf *shelf, const struct words *words, enum own_kind kind,
                          const char *word);

/* Remove a word, if it is there. */
void own_words_remove(struct shelf *shelf, enum own_kind kind, const char *word);

#endif
