/* SPDX-License-Identifier: MIT */
/*
 * How a story begins: an opening from our list, its gaps filled with what was asked for, or drawn.
 */
#ifndef STORYTELLER_PROMPT_H
#define STORYTELLER_PROMPT_H

#include <stdint.h>

#include "text/topic.h"

struct words;

/* Room for the opening of a story, with its end mark. */
#define PROMPT_BYTES 256

/* Make an opening. Words that are empty are drawn; the same topic and seed give the same one. */
void prompt_compose(const struct words *words, const struct topic *topic, uint64_t seed,
                    char prompt[PROMPT_BYTES]);

#endif
