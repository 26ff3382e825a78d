/* SPDX-License-Identifier: MIT */
/* Whether a story turns in circles. */
#ifndef STORYTELLER_REPEATS_H
#define STORYTELLER_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPEATS_GRAMS 512

/* What was told so far: the rows of four words in it, as hashes; the oldest are forgotten. */
struct repeats {
    uint32_t grams[REPEATS_GRAMS];
    size_t count; /* of all that were told */
    uint32_t last; /* the last sentence, and how often it came in a row */
    int times;
};

void repeats_begin(struct repeats *repeats);

/* Whether a sentence says nothing but what was told already, or one thing over and over. */
bool repeats_is_loop(const struct repeats *repeats, const char *sentence);

/* The sentence was told. */
void repeats_add(struct repeats *repeats, const char *sentence);

#endif
