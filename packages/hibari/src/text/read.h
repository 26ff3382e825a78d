/* SPDX-License-Identifier: MIT */
/* Text to phonemes, clause by clause, with a table of pronunciations. */
#ifndef HIBARI_READ_H
#define HIBARI_READ_H

#include "hibari.h"

struct hibari_words; /* text/words.h */

/* NULL, with the reason in `error`, when the table cannot be read or trusted, or memory is short.
 */
struct hibari_words *hibari_words_open(const char *path, struct hibari_error *error);

/* Gives back everything; NULL is allowed. */
void hibari_words_close(struct hibari_words *words);

/*
 * Reads the first clause of an English text: a sentence, or what of a long one fits, up to its last
 * punctuation. A clause of two pads has nothing to say. Returns how many bytes of the text it is;
 * 0: the text is at its end. Takes no memory.
 */
size_t hibari_read(const struct hibari_words *words, const char *text,
                   struct hibari_clause *clause);

#endif
