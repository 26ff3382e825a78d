/* SPDX-License-Identifier: MIT */
/* A list of words, or of beginnings. */
#ifndef STORYTELLER_LIST_H
#define STORYTELLER_LIST_H

#include <stddef.h>

enum list_kind { LIST_TRAITS, LIST_HEROES, LIST_PLACES, LIST_THINGS, LIST_OPENINGS, LISTS };

/* At least one word, at most LIST_WORDS. */
#define LIST_WORDS 256
struct list {
    size_t count;
    char *words[LIST_WORDS];
};

/* The word's length when the text begins with it, as a whole, alone or in the plural; else 0. */
size_t list_match(const char *text, const char *word);

/* The longest word of the list that the words hold, or NULL. */
const char *list_find(const struct list *list, const char *words);

#endif
