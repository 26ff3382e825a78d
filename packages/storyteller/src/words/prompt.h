/* SPDX-License-Identifier: MIT */
/*
 * How a story begins: a beginning from our list, its gaps filled with what was asked for, or drawn.
 */
#ifndef STORYTELLER_PROMPT_H
#define STORYTELLER_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "inputs/wish.h"

struct words;

/* Room for the beginning of a story, with its end mark. */
#define PROMPT_BYTES 256

/* What is wrong with a line of beginnings.txt, or NULL. */
const char *prompt_check_beginning(const char *line);

/* Make a beginning. Slots that are empty are drawn; the same slots and seed give the same one. A
 * hero may have a trait of our list before it ("brave dog"), which is then not drawn. */
void prompt_compose(const struct words *words, const struct slots *slots, uint64_t seed,
                    char prompt[PROMPT_BYTES]);

/* What a typed line asks for. */
enum request {
    REQUEST_NOTHING, /* no words: all is to be drawn */
    REQUEST_FOUND,   /* something that we know */
    REQUEST_UNKNOWN, /* nothing that we know */
    REQUEST_REFUSED, /* something that is blocked, in whatever spelling */
};

/* Whether the model's vocabulary has a word (of small letters). */
typedef bool prompt_knows_fn(void *user, const char *word);

/* Look for what a line asks for: words of our lists, or else a hero of one or two words that the
 * model knows and that are not blocked ("tell me about a purple whale"). Slots are left empty
 * unless it returns REQUEST_FOUND. The line itself is never used. */
enum request prompt_read_line(const struct words *words, const char *line, prompt_knows_fn *knows,
                              void *user, struct slots *slots);

#endif
