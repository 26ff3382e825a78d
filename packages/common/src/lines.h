/* SPDX-License-Identifier: MIT */
/* Text files that people edit, on any computer: their lines, without what means nothing. */
#ifndef COMMON_LINES_H
#define COMMON_LINES_H

#include <stdbool.h>

/* Longest line, with its end mark; the rest of a longer one is left out. */
#define LINES_BYTES 512

/* What is wrong with a line of a file, and what to do about it. */
struct complaint {
    const char *path;
    int line; /* from 1; 0: the file as a whole */
    const char *problem;
};

typedef void complain_fn(void *user, const struct complaint *complaint);

/* Called with each line that says something, without white space around it. */
typedef void line_fn(void *user, int number, char *text);

/* Read a file. Ends of lines of all systems, tabs, byte order marks and the two-byte characters of
 * some editors are understood; empty lines and those that begin with # are left out, and so is what
 * lies beyond the first megabyte. Returns false when it cannot be read, with errno set. */
bool lines_read(const char *path, line_fn *use, void *user);

/* The text without white space around it. */
char *lines_trim(char *text);

#endif
