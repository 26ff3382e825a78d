/* SPDX-License-Identifier: MIT */
/* Says what went wrong, once, where it is known. */
#ifndef LLAMA_ERROR_H
#define LLAMA_ERROR_H

#include "llama.h"

/* Writes the sentence into `error` and returns false, for `return fail(...)`. */
bool fail(struct llama_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The end of a path, of 150 bytes at most: a sentence must have room for what is wrong, too. */
const char *path_tail(const char *path);

#endif
