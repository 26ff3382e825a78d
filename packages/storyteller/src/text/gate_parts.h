/* SPDX-License-Identifier: MIT */
/* What the parts of the gate share: its entries, and text cut into words. */
#ifndef STORYTELLER_GATE_PARTS_H
#define STORYTELLER_GATE_PARTS_H

#include "text/gate.h"

#define ENTRY_BYTES 48
#define ENTRIES_AT_MOST 2048
#define ALLOWED_AT_MOST 1024
#define TEXT_BYTES 1024
#define WORDS_AT_MOST 512

struct entry {
    char text[ENTRY_BYTES]; /* words of small letters, one space between them */
    size_t length;
    size_t last; /* where its last word begins */
    bool is_stem;
    bool is_for_requests; /* a story may hold it; of what is allowed: a story may not */
    bool ends_sentence;   /* stops only at the end of one */
};

struct gate {
    size_t count;
    struct entry entries[ENTRIES_AT_MOST];
    size_t allowed_count;
    struct entry allowed[ALLOWED_AT_MOST];
};

/* What may stand behind an entry; the first is nothing. */
#define ENDINGS 9
extern const char *const GATE_ENDINGS[ENDINGS];

/* Text cut into words that are strings of their own. */
struct cut {
    char text[TEXT_BYTES];
    const char *words[WORDS_AT_MOST];
    size_t count;
};

/* Cut the text at its spaces. */
void gate_cut_words(struct cut *cut);

/* Whether the words of a request hold an entry as it is written, or with an ending. */
bool gate_stops_request(const struct gate *gate, struct cut *cut);

#endif
