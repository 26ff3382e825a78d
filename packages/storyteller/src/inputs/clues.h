/* SPDX-License-Identifier: MIT */
/* What the words between those of the lists say about them. Text is in small letters, with one
 * space between words; all look at the words that it begins with. */
#ifndef STORYTELLER_CLUES_H
#define STORYTELLER_CLUES_H

#include <stdbool.h>

/* Whether the text begins with these words, as a whole. */
bool clue_is(const char *text, const char *words);

bool clue_is_article(const char *text);

/* Whether the word only says how much: "very", "too". */
bool clue_is_emphasis(const char *text);

/* Whether what follows is named only to leave it out: "no dragons", "not a dragon". */
bool clue_leaves_out(const char *text);

/* Whether a sentence begins that has its own mind: "I don't want a shark, I want a whale". */
bool clue_begins_clause(const char *text);

/* Whether a thing or an animal behind this word is what somebody does: "wants to fly". */
bool clue_is_before_verb(const char *text);

/* Whether it is somebody who then does something: "who flies". */
bool clue_is_doer(const char *text);

/* Whether the word only asks, for nothing in particular: "please", "tell". */
bool clue_is_request(const char *text);

/* Whether the word is any story: "something", "another". */
bool clue_is_any_story(const char *text);

/* Whether somebody hurts whom the next words name: "hits the dog". */
bool clue_hurts(const char *text);

#endif
