/* SPDX-License-Identifier: MIT */
/*
 * The file that is being made: under a name of its own beside the target until it is whole, so that
 * whatever happens, the target is the old file or the new one.
 */
#ifndef LLAMA_TARGET_H
#define LLAMA_TARGET_H

#include "file.h"

struct target {
    char *path;      /* what is made, without links */
    char *temporary; /* its name until then */
};

/*
 * Takes a name for the temporary file, and makes it, empty. False when `path` is something that is
 * not to be replaced: one of the `inputs`, by whatever name, or no regular file. What is there of
 * it is removed when a signal ends the program.
 */
bool target_open(struct target *target, const char *path, const struct file *const *inputs,
                 int count, struct llama_error *error);

/* The temporary file becomes the target. */
bool target_keep(struct target *target, struct llama_error *error);

/* Removes what was not kept; a target that is not open is allowed. */
void target_close(struct target *target);

#endif
