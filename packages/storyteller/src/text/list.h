/* SPDX-License-Identifier: MIT */
/* A list of words, or of openings. */
#ifndef STORYTELLER_LIST_H
#define STORYTELLER_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum list_kind {
    LIST_TRAITS,
    LIST_HEROES,
    LIST_PLACES,
    LIST_THINGS,
    LIST_OPENINGS,
    LIST_GIRLS, /* names of girls, of boys, of both */
    LIST_BOYS,
    LIST_CHILDREN,
    LIST_NAMED_GIRLS, /* names that are other words, too */
    LIST_NAMED_BOYS,
    LIST_SAID, /* "said = meant" */
    LISTS
};

/* At least one word, at most LIST_WORDS; the first `drawn` of them are drawn from, the others only
 * known. */
#define LIST_WORDS 4096
struct list {
    size_t count;
    size_t drawn;
    char *words[LIST_WORDS];
};

/* The word's length when the text begins with it, as a whole, alone or in the plural; else 0. */
size_t list_match(const char *text, const char *word);

/* The longest word of the list that the text begins with, in the same way; NULL: none. length: gets
 * its length in the text. */
const char *list_find(const struct list *list, const char *text, size_t *length);

/* Whether the word is one of the list. */
bool list_has(const struct list *list, const char *word);

#endif
