/* SPDX-License-Identifier: MIT */
/* What a story must not hold: a list of blocked words, asked of tokens, sentences and requests. */
#ifndef STORYTELLER_GATE_H
#define STORYTELLER_GATE_H

#include <stdbool.h>
#include <stddef.h>

struct gate; /* the list; never changed while a story is told */

/* An empty list, which stops nothing. NULL when the system has no memory left. */
struct gate *gate_new(void);
void gate_free(struct gate *gate);

/* Add an entry: "word", "word*" (all that begins so), or words in a row; "?entry" stops requests
 * only, "entry." only the end of a sentence; "!entry" takes an entry out again. What was allowed
 * and holds the entry no longer is. Returns NULL, or what is wrong with it and how to mend it. */
const char *gate_add(struct gate *gate, const char *entry);

/* What is wrong with such an entry, as gate_add says it; nothing is added. */
const char *gate_check(const char *entry);

/* Allow what an entry would stop: a word or words in a row, as they are written; "?words" allows
 * them in requests only. Returns NULL, or what is wrong, as gate_add does. */
const char *gate_allow(struct gate *gate, const char *words);

/* Number of entries. */
size_t gate_count(const struct gate *gate);

/* Whether a sentence (UTF-8) holds an entry, alone or with an ending: -s, -ed, -ing and others. */
bool gate_stops(const struct gate *gate, const char *text);

/* What was written last: enough of it to tell what may not come next. */
#define GATE_CONTEXT_BYTES 160
struct gate_context {
    char words[GATE_CONTEXT_BYTES];
    bool is_open; /* the last word may go on */
};
void gate_read_context(struct gate_context *context, const char *text);

/* Whether a piece behind that context would write, or end, an entry: what a model may not say next.
 * Fast: it is asked of whole vocabularies. */
bool gate_stops_next(const struct gate *gate, const struct gate_context *context,
                     const char *piece);

/* Whether a typed line may mean an entry, in whatever spelling. */
bool gate_stops_spelling(const struct gate *gate, const char *line);

#endif
