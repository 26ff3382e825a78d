/* SPDX-License-Identifier: MIT */
/*
 * Files are read, never mapped: what a mapping cannot get, since the card fails or the file was cut
 * meanwhile, is a signal; of a read it is an error that can be told.
 */
#ifndef LLAMA_FILE_H
#define LLAMA_FILE_H

#include <stddef.h>

#include "llama.h"

struct file {
    int fd;
    uint64_t size;  /* bytes, when it was opened; 0: it is not open */
    char name[160]; /* for messages */
};

/* Opens a regular file that is not empty. */
bool file_open(struct file *file, const char *path, struct llama_error *error);

/* Reads exactly so many bytes. Threads may read at the same time. */
bool file_read(const struct file *file, void *to, uint64_t bytes, uint64_t offset,
               struct llama_error *error);

/*
 * What was read is ours now: a second copy in the page cache would be room that nobody has. Only
 * advice, as is the next: kernels built without it say ENOSYS, and all works the same.
 */
void file_forget(const struct file *file, uint64_t offset, uint64_t bytes);

/* Asks for what is read soon: the card brings it meanwhile. */
void file_ask_for(const struct file *file, uint64_t offset, uint64_t bytes);

/* Undoes file_open; a file that is not open is allowed. */
void file_close(struct file *file);

/* The contents of a tokenizer's file, for free() to give back. NULL: they cannot be had. */
unsigned char *file_load(const char *path, size_t *size, struct llama_error *error);

#endif
