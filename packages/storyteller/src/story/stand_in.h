/* SPDX-License-Identifier: MIT */
/*
 * Words that somebody asked for and the model never learned. It is told of a fox in the place of
 * the orca, and whoever listens of the orca: a small model mixes up what it cannot spell.
 */
#ifndef STORYTELLER_STAND_IN_H
#define STORYTELLER_STAND_IN_H

#include <llama.h>
#include <stddef.h>
#include <stdint.h>

#include "text/prompt.h"
#include "text/topic.h"
#include "text/words.h"

/* Hero, friend, the names of both, place and thing. */
#define STAND_INS 6

struct stand_ins {
    size_t count;
    struct stand_in {
        char told[TOPIC_BYTES + 4]; /* what the model says: "fox", or "the girl" */
        char meant[TOPIC_BYTES];    /* what is heard: "orca", or "Mia" */
    } each[STAND_INS];
};

/* Find what of an opening the model did not learn, and write the opening that it is given. The same
 * opening and seed give the same one. */
void stand_ins_choose(struct stand_ins *stand_ins, const struct words *words,
                      const struct llama *llama, const char *opening, uint64_t seed,
                      char prompt[PROMPT_BYTES]);

/* Write what is meant by a text of the model's, with "a" or "an" as the words want it; what does
 * not fit is cut off. */
void stand_ins_undo(const struct stand_ins *stand_ins, const char *text, char *meant, size_t size);

#endif
