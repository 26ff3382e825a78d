/* SPDX-License-Identifier: MIT */
/* A recipe as a line of a file, with a checksum in front: what is damaged is no recipe. */
#ifndef STORYTELLER_RECORD_H
#define STORYTELLER_RECORD_H

#include <stdbool.h>

#include "story/story.h"

#define RECORD_BYTES (PROMPT_BYTES + 96)

/* Write the line, with its end. */
void record_write(const struct recipe *recipe, char record[RECORD_BYTES]);

/* Read a line without its end. Returns false when it is not what was written. */
bool record_read(const char *line, struct recipe *recipe);

#endif
