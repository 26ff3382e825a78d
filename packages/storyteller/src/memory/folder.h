/* SPDX-License-Identifier: MIT */
/* A folder whose files survive power cuts: each is written beside its place, brought to the card,
 * and renamed. What cannot be read or written is told once. */
#ifndef STORYTELLER_FOLDER_H
#define STORYTELLER_FOLDER_H

#include <lines.h>
#include <stdbool.h>

struct folder {
    char *path; /* NULL: nowhere, and nothing is done */
    complain_fn *complain;
    void *user;
    bool was_trouble_told;
};

/* Use a folder, which need not be there, or none (NULL). Troubles go to complain (line 0). */
void folder_open(struct folder *folder, const char *path, complain_fn *complain, void *user);
void folder_close(struct folder *folder);

/* Hand each line of a file to take; a file that is not there has none. */
void folder_read(struct folder *folder, const char *name, line_fn *take, void *user);

/* Put a text in the place of a file. */
void folder_replace(struct folder *folder, const char *name, const char *text);

/* Append a text to a file. One that has grown beyond 256 KiB becomes NAME.old, whose predecessor
 * goes. */
void folder_append(struct folder *folder, const char *name, const char *text);

#endif
