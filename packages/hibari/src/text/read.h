/* SPDX-License-Identifier: MIT */
/* Text to phonemes, clause by clause. */
#ifndef HIBARI_READ_H
#define HIBARI_READ_H

#include "clause.h"
#include "words.h"

/*
 * Reads the first clause of an English text: a sentence, or what of a long one fits, up to its last
 * punctuation. A clause of two pads has nothing to say. Returns how many bytes of the text it is;
 * 0: the text is at its end.
 */
size_t hibari_read(const struct hibari_words *words, const char *text,
                   struct hibari_clause *clause);

#endif
