/* SPDX-License-Identifier: MIT */
/* "a" or "an". */
#ifndef STORYTELLER_ARTICLE_H
#define STORYTELLER_ARTICLE_H

#include <stdbool.h>

/* Whether "an" stands before words of small letters: by their sound, as in "a unicorn", "an hour".
 */
bool article_is_an(const char *words);

/* "a" or "an". */
const char *article_of(const char *words);

#endif
