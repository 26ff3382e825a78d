/* SPDX-License-Identifier: MIT */
/* What a typed line asks for. */
#ifndef STORYTELLER_TYPED_H
#define STORYTELLER_TYPED_H

#include "text/topic.h"
#include "text/words.h"

/* What a typed line asks for. */
enum typed {
    TYPED_NOTHING, /* any story: all is to be drawn */
    TYPED_FOUND,   /* something that we know */
    TYPED_UNKNOWN, /* nothing that we know */
    TYPED_REFUSED, /* something that is blocked, in whatever spelling */
};

/* Look for what a line asks for: words of our lists, alone or put together ("a purple dragon named
 * Mia"). The topic is left empty unless it returns TYPED_FOUND. The line itself is never used. */
enum typed typed_read(const struct words *words, const char *line, struct topic *topic);

#endif
