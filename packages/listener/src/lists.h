/* SPDX-License-Identifier: MIT */
/* The words that are listened for: plain files, one word or a few of them a line. */
#ifndef LISTENER_LISTS_H
#define LISTENER_LISTS_H

#include <stdbool.h>
#include <stddef.h>

/* Longest entry, with its end mark, as the storyteller takes it. */
#define ENTRY_BYTES 32
/* What lies behind is left out: recognition gets worse with each word. */
#define LIST_ENTRIES 128

struct list {
    char entries[LIST_ENTRIES][ENTRY_BYTES];
    size_t count;
};

enum list_kind { HEROES, PLACES, THINGS, LIST_KINDS };

/* Names of the lists, as of their files: heroes, places, things. */
extern const char *const LIST_NAMES[LIST_KINDS];

/* Read a list: entries of small letters and spaces; lines that begin with # mean nothing, others
 * that are no entry are left out. Returns false when the file cannot be read. */
bool list_read(struct list *list, const char *path);

/* Keep only entries all of whose words is_known() knows. */
typedef bool list_word_fn(void *user, const char *word);
void list_keep(struct list *list, list_word_fn *is_known, void *user);

/* Call each(user, word) with each word of each entry; words come as often as they are there. */
typedef void list_each_fn(void *user, const char *word);
void list_words(const struct list *list, list_each_fn *each, void *user);

/* How many words of the text that begins at words[0] are the entry that fits best; 0: none is.
 * entry: gets it. */
size_t list_match(const struct list *list, const char *const *words, size_t count,
                  const char **entry);

#endif
