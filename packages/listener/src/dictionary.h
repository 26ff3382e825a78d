/* SPDX-License-Identifier: MIT */
/* How words are spoken: those that are wanted, out of a dictionary of a whole language. */
#ifndef LISTENER_DICTIONARY_H
#define LISTENER_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>

/* Longest line of a dictionary that is used. */
#define DICTIONARY_LINE 256

struct dictionary {
    char **words; /* wanted: sorted, each once */
    bool *found;
    size_t count;
    size_t room;
};

/* Add a word that is wanted. Returns false without memory. */
bool dictionary_add(struct dictionary *dictionary, const char *word);

/* Read the file once: take(user, spelling, phones) gets each way to speak a wanted word, where
 * spelling is the word, or word(2) and so on. Returns false when the file cannot be read. */
typedef void dictionary_fn(void *user, const char *spelling, const char *phones);
bool dictionary_read(struct dictionary *dictionary, const char *path, dictionary_fn *take,
                     void *user);

/* Whether the file had that word. */
bool dictionary_has(const struct dictionary *dictionary, const char *word);

void dictionary_free(struct dictionary *dictionary);

#endif
