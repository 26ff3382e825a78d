/* SPDX-License-Identifier: MIT */
/* Tells one story: invents it, shows it and has it spoken, and takes requests meanwhile. */
#ifndef STORYTELLER_TELLING_H
#define STORYTELLER_TELLING_H

#include "next_story.h"
#include "story/story.h"
#include "teller.h"

/* A story to be told. */
struct task {
    struct recipe recipe;
    long number;
    /* Told at power-on without a request: until it is told, "again" is the one before. */
    bool is_unasked;
};

/* Tell a story, behind the preface of `next` (which is then used up). Returns false when the
 * engine fails, with the reason in error. */
bool telling_run(struct teller *teller, struct next_story *next, const struct task *task,
                 struct llama_error *error);

/* Show and speak a few words of our own between two stories. */
void telling_announce(struct teller *teller, struct next_story *next, const char *text);

#endif
