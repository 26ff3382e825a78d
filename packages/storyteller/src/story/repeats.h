/* SPDX-License-Identifier: MIT */
/* Whether a story turns in circles. */
#ifndef STORYTELLER_REPEATS_H
#define STORYTELLER_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPEATS_GRAMS 512
#define REPEATS_SENTENCES 64

/* What was told so far, as hashes: sentences, and the rows of four words in them. The oldest are
 * forgotten; the counts are of all that were told. */
struct repeats {
    uint32_t grams[REPEATS_GRAMS];
    size_t gram_count;
    uint32_t sentences[REPEATS_SENTENCES];
    size_t sentence_count;
};

void repeats_begin(struct repeats *repeats);

/* Whether a sentence says nothing but what was told already, or one thing over and over. */
bool repeats_is_loop(const struct repeats *repeats, const char *sentence);

/* The sentence was told. */
void repeats_add(struct repeats *repeats, const char *sentence);

#endif
