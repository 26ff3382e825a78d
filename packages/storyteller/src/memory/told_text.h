/* SPDX-License-Identifier: MIT */
/* The texts of told stories, as journal_write_text() has written them down. */
#ifndef STORYTELLER_TOLD_TEXT_H
#define STORYTELLER_TOLD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Open the text of the newest story with this seed in a folder; NULL: there is none. */
FILE *told_text_open(const char *folder, uint64_t seed);

/* Read the next part of it, a line at most. Returns false at its end. */
bool told_text_read(FILE *file, char *part, size_t size);

#endif
