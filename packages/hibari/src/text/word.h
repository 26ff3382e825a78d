/* SPDX-License-Identifier: MIT */
/* How a word sounds where it stands. */
#ifndef HIBARI_WORD_H
#define HIBARI_WORD_H

#include "words.h"

/* What follows a word. */
enum follows { FOLLOWS_PAUSE, FOLLOWS_VOWEL, FOLLOWS_CONSONANT };

struct place {
    enum follows follows;
    unsigned uses;            /* bits of enum word_use: what it may be here */
    bool before_to, before_i; /* the next word is "to", is "I" */
};

/* What the word may be, from the two before it and the next one (in small letters; "" where there
 * is none). */
unsigned guess_uses(const char *earlier, const char *before, const char *after,
                    bool is_name_before);

/* A word of letters and apostrophes, as it is written. */
void word_say(const struct hibari_words *words, const char *word, size_t length,
              const struct place *place, struct sounds *sounds);

#endif
