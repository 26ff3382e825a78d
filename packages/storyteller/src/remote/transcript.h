/* SPDX-License-Identifier: MIT */
/* The story as far as it was heard, by sentences: for clients that come in the middle of it. */
#ifndef STORYTELLER_TRANSCRIPT_H
#define STORYTELLER_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* The text of the longest story is about this long; the rest of a longer one is left out. */
#define TRANSCRIPT_BYTES 8192
#define TRANSCRIPT_SENTENCES 256

struct transcript {
    char text[TRANSCRIPT_BYTES]; /* that was heard */
    size_t length;
    size_t invented;                   /* bytes, heard or not */
    size_t ends[TRANSCRIPT_SENTENCES]; /* in the text, of sentences that were invented */
    size_t count;
};

/* A part of one sentence. */
struct part {
    size_t sentence; /* from 0 */
    size_t first;    /* in the text */
    size_t length;
};

/* A story begins. */
void transcript_clear(struct transcript *transcript);

/* So many bytes were invented; is_end: a sentence ends with them. */
void transcript_expect(struct transcript *transcript, size_t length, bool is_end);

/* These were heard. */
void transcript_add(struct transcript *transcript, const char *text);

/* The part that begins at `first`: to the end of its sentence or of what was heard, and at most so
 * many bytes, which must have room for a character. Its length is 0 at the end. */
struct part transcript_part(const struct transcript *transcript, size_t first, size_t most);

#endif
