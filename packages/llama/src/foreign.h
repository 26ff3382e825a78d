/* SPDX-License-Identifier: MIT */
/* Files of other kinds, known by how they begin: they are named, with the cure. */
#ifndef LLAMA_FOREIGN_H
#define LLAMA_FOREIGN_H

#include "file.h"

/*
 * After a file could not be taken for a legacy checkpoint: where it begins as a file of another
 * kind does, `error` says so instead. Only then, since valid files may begin like that, too.
 */
void foreign_explain_model(const struct file *file, struct llama_error *error);

/* The same of what should be a tokenizer.bin, given its contents. */
void foreign_explain_tokenizer(const unsigned char *data, size_t size, const char *name,
                               struct llama_error *error);

#endif
