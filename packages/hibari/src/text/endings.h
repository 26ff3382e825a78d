/* SPDX-License-Identifier: MIT */
/* Words that are others with an ending: -s, -'s, -ed, -ing. */
#ifndef HIBARI_ENDINGS_H
#define HIBARI_ENDINGS_H

#include "words.h"

/* A word in small letters whose stem is in the table. */
bool endings_find(const struct hibari_words *words, const char *word, size_t length, unsigned uses,
                  struct sounds *sounds);

/* What an s makes of a stem. */
void endings_add_s(struct sounds *stem);

#endif
