/* SPDX-License-Identifier: MIT */
/* How a story begins: drawn from word lists, or made of what somebody typed. */
#ifndef STORYTELLER_PROMPT_H
#define STORYTELLER_PROMPT_H

#include <stdint.h>

/* Room for the beginning of a story, with its end mark. */
#define PROMPT_BYTES 256

/* Draw a beginning. The same seed gives the same one. */
void prompt_draw(uint64_t seed, char prompt[PROMPT_BYTES]);

/* Make a beginning of a typed line. A line that starts like a story ("Lily had a red ball": a
 * capital letter and several words, none of them "story") is taken as it is; in any other, heroes
 * and places of our lists are looked for ("a dragon at the beach"), what is missing is drawn with
 * the seed, and a line without a known one becomes the hero ("purple whale"). An empty line:
 * prompt_draw(). */
void prompt_from_line(const char *line, uint64_t seed, char prompt[PROMPT_BYTES]);

#endif
