/* SPDX-License-Identifier: MIT */
/* Finds what a story is about in what somebody wrote. */
#ifndef STORYTELLER_TOPIC_READER_H
#define STORYTELLER_TOPIC_READER_H

#include <stdbool.h>

#include "text/topic.h"
#include "text/words.h"

/* Find heroes, places, things, names and traits of the lists in text of small letters, one space
 * between words; a comma is a word. Returns whether there was any, and nobody is hurt; the topic is
 * empty otherwise. */
bool topic_read(const struct words *words, const char *text, struct topic *topic);

#endif
