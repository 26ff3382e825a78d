/* SPDX-License-Identifier: MIT */
/* One story: what the model invents, as sentences that may be told, up to an end that is one. */
#ifndef STORYTELLER_STORY_H
#define STORYTELLER_STORY_H

#include <llama.h>
#include <stdbool.h>
#include <stdint.h>

#include "story/rehearsal.h"
#include "story/repeats.h"
#include "story/stand_in.h"
#include "text/gate.h"
#include "text/prompt.h"
#include "text/sentence.h"

/* All that a story is: the same recipe gives the same story. */
struct recipe {
    uint64_t seed;
    int temperature; /* percent */
    int steps;       /* longest story, in tokens, opening included */
    char prompt[PROMPT_BYTES];
};

enum story_end {
    STORY_GOES_ON,
    STORY_OF_MODEL, /* the model came to an end */
    STORY_LOOPED,   /* it turned in circles */
    STORY_LIMITED,  /* it was as long as it may be */
    STORY_HAPPY,    /* it held twice what it must not hold */
    STORY_SKIPPED,  /* somebody wanted another one */
};

/* The end as one word: "model", "loop", "limit", "happy_end", "skipped". */
const char *story_end_name(enum story_end end);

struct story_figures {
    int tokens;    /* that were told or dropped, after the opening's first */
    int sentences; /* that were told */
    int gate_hits; /* sentences that the gate stopped */
    int loops;     /* sentences that had been told already */
    int rewinds;   /* sentences that were invented again */
    int restarts;  /* whole stories that were: see choices_at_most */
};

/* Called with what may be told: `shown` is a part of the text as it was invented, `spoken` the
 * sentence that ends in it, for a voice (NULL: none). Either comes in the order of the story. */
typedef void story_tell_fn(void *user, const char *shown, const char *spoken);

/* Between two sentences the text is only white space and marks, so this is plenty. */
#define STORY_DRAFT_BYTES 1024

/* A sentence on its way; it is told when it is complete and may be told. */
struct draft {
    struct sentences sentences;
    char text[STORY_DRAFT_BYTES];
    size_t length;
    size_t shown; /* bytes of it that were shown: of the opening */
    int choices;  /* pieces of it where the model could have said something else */
};

struct story {
    struct llama *llama;
    const struct words *words;
    /* In a sentence after the first ones; 0: any number, and every sentence is told at once. Else
     * the story is thought out before it is told, and begun again where it is not sound. */
    int choices_at_most;
    story_tell_fn *tell;
    void *user;
    struct recipe recipe;
    struct stand_ins stand_ins; /* only where choices are limited */
    char prompt[PROMPT_BYTES];  /* the opening that the model is given */
    enum story_end end;
    struct story_figures figures;
    struct repeats repeats;
    struct draft draft;
    struct draft start; /* of this sentence, and where the model was then */
    int start_mark;
    uint64_t seed; /* of the coins: the recipe's, until the story is begun again */
    struct rehearsal rehearsal;
    enum story_end thought_out; /* the end of the story that is told from the rehearsal now */
    struct opening {
        struct draft draft;
        struct repeats repeats;
        struct story_figures figures;
        char last[SENTENCE_BYTES];
        int mark;
    } opening;                   /* what was there after it: where the story is begun again */
    char spoken[SENTENCE_BYTES]; /* the sentence that has just become complete, or "" */
    char last[SENTENCE_BYTES];   /* the one that was told last */
    struct gate_context context; /* behind which the model chooses */
    const char *ahead; /* what of the opening was told, but is still to come from the engine */
};

/* Begin a story and tell its opening. Returns false, with the reason in error, when the model
 * cannot take it. The story must stay where it is. */
bool story_begin(struct story *story, const struct recipe *recipe, struct llama_error *error);

/* Tell what is thought out so far, and all that follows as it comes: where a listener would wait.
 */
void story_tell_at_once(struct story *story);

/* Invent one token more; tells what has become complete. Returns false, with the reason in error,
 * when the model cannot go on. The story is over when `end` says so. */
bool story_go_on(struct story *story, struct llama_error *error);

#endif
