/* SPDX-License-Identifier: MIT */
/* What a typed line asks for. */
#ifndef STORYTELLER_TYPED_H
#define STORYTELLER_TYPED_H

#include <stdbool.h>

#include "text/topic.h"
#include "text/words.h"

/* What a typed line asks for. */
enum typed {
    TYPED_NOTHING, /* no words: all is to be drawn */
    TYPED_FOUND,   /* something that we know */
    TYPED_UNKNOWN, /* nothing that we know */
    TYPED_REFUSED, /* something that is blocked, in whatever spelling */
};

/* Whether the model's vocabulary has a word (of small letters). */
typedef bool typed_knows_fn(void *user, const char *word);

/* Look for what a line asks for: words of our lists, or else a hero of one or two words that the
 * model knows and that are not blocked ("tell me about a purple whale"). The topic is left empty
 * unless it returns TYPED_FOUND. The line itself is never used. */
enum typed typed_read(const struct words *words, const char *line, typed_knows_fn *knows,
                      void *user, struct topic *topic);

#endif
