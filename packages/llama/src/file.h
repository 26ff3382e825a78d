/* SPDX-License-Identifier: MIT */
/* A file as memory. */
#ifndef LLAMA_FILE_H
#define LLAMA_FILE_H

#include <stddef.h>

#include "llama.h"

struct file {
    const unsigned char *data; /* page-aligned */
    size_t size;               /* bytes */
};

/*
 * Maps a regular file read-only. A read() would hold a model twice in a machine that has no room
 * for it: in the page cache and in our memory. Mapped pages are the page cache, and, being clean,
 * can be dropped and read again: a model larger than the free memory still runs, if slowly.
 */
bool file_map(struct file *file, const char *path, struct llama_error *error);

/* Asks for all of a mapped file before it is needed. */
void file_read_ahead(const struct file *file);

/* Gives back the memory of a mapped file; what is read later comes in again. */
void file_forget(const struct file *file);

/* Undoes file_map; an unmapped file is allowed. */
void file_unmap(struct file *file);

#endif
