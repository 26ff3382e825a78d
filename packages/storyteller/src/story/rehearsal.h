/* SPDX-License-Identifier: MIT */
/* A story that is thought out, but not told yet. */
#ifndef STORYTELLER_REHEARSAL_H
#define STORYTELLER_REHEARSAL_H

#include <stdbool.h>
#include <stddef.h>

/* The longest story of a model that has 256 tokens is about 1.5 KB, and stands here twice. */
#define REHEARSAL_BYTES 8192

/* What is shown and what is spoken, one after the other, each with a NUL. */
struct rehearsal {
    bool is_on;
    size_t length;
    size_t told; /* bytes of it */
    char text[REHEARSAL_BYTES];
};

void rehearsal_begin(struct rehearsal *rehearsal, bool is_on);

/* Keep what story_tell_fn is to be called with. Returns false when there is no room for it. */
bool rehearsal_add(struct rehearsal *rehearsal, const char *shown, const char *spoken);

/* Take the next of it, in order. Returns false when there is no more. */
bool rehearsal_take(struct rehearsal *rehearsal, const char **shown, const char **spoken);

/* Whether what was shown so far leaves a quotation open: in a paragraph, quotation marks come in
 * pairs. */
bool rehearsal_has_open_quote(const struct rehearsal *rehearsal);

#endif
