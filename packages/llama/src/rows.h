/* SPDX-License-Identifier: MIT */
/*
 * Rows of a table (a float32 row of the model's width per token), read from the file when needed.
 */
#ifndef LLAMA_ROWS_H
#define LLAMA_ROWS_H

#include "file.h"

struct rows {
    const float *memory; /* (count, columns), where they were read before: a legacy file's */
    uint64_t offset;     /* else their place in a packed file, in planes; see planes.h */
    int count;
    int columns;
    uint32_t seed; /* of that file's sums */
};

enum { ROWS_AT_ONCE = 32 }; /* divides a block of planes */

/* What reading takes for rows of so many columns. */
struct rows_room {
    float *rows;        /* (ROWS_AT_ONCE, columns) */
    unsigned char *raw; /* as many bytes */
};

/*
 * Rows first to first + count - 1, verified; at most ROWS_AT_ONCE, and all in one block. They lie
 * in `room`, or in memory. NULL, with the reason in `error`, when they cannot be had.
 */
const float *rows_get(const struct rows *rows, const struct file *file, int first, int count,
                      const struct rows_room *room, struct llama_error *error);

#endif
