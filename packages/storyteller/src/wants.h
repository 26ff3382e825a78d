/* SPDX-License-Identifier: MIT */
/* What is wanted next: wishes, as they come, made a plan for the next story. */
#ifndef STORYTELLER_WANTS_H
#define STORYTELLER_WANTS_H

#include <stdbool.h>

#include "inputs/wish.h"
#include "teller.h"

#define WANTS_PREFACE_BYTES 160

enum next { NEXT_DRAWN, NEXT_SLOTS, NEXT_AGAIN, NEXT_FAVOURITE };

struct wants {
    enum next next;
    struct slots slots;
    char preface[WANTS_PREFACE_BYTES]; /* said before the next story */
    bool is_asked_for;                 /* somebody wants it: the pause is over */
    bool is_skipped;                   /* what is being told shall end now */
    bool is_listening;                 /* somebody speaks: a story of slots will be wished */
    bool was_asked;                    /* a question was asked already */
    bool is_unsure;                    /* a question makes sense */
};

/* Take a wish. recipe: of the story that is being told, or NULL between two. Pauses are the
 * caller's matter. */
void wants_take(struct wants *wants, struct teller *teller, const struct wish *wish,
                const struct recipe *recipe);

#endif
