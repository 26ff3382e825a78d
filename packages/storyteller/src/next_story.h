/* SPDX-License-Identifier: MIT */
/* What is wanted next: requests, as they come, made a plan for the next story. */
#ifndef STORYTELLER_NEXT_STORY_H
#define STORYTELLER_NEXT_STORY_H

#include <stdbool.h>

#include "inputs/request.h"
#include "teller.h"

#define PREFACE_BYTES 256

enum next_kind { NEXT_DRAWN, NEXT_TOPIC, NEXT_AGAIN, NEXT_REPLAY, NEXT_FAVOURITE };

struct next_story {
    enum next_kind kind;
    struct topic topic;
    struct recipe recipe;        /* of a NEXT_REPLAY */
    char preface[PREFACE_BYTES]; /* said before the next story */
    bool is_asked_for;           /* somebody wants it: the pause is over */
    bool is_skipped;             /* what is being told shall end now */
    bool is_listening;           /* somebody speaks: a story of topic will be requested */
    bool was_asked;              /* a question was asked already */
    bool is_unsure;              /* a question makes sense */
};

/* Take a request. recipe: of the story that is being told, or NULL between two. Pauses are the
 * caller's matter. */
void next_story_take(struct next_story *next, struct teller *teller, const struct request *request,
                     const struct recipe *recipe);

#endif
