/* SPDX-License-Identifier: MIT */
/*
 * Parts of a packed file, and the sums that vouch for them.
 *
 * A sum begins with the file's seed and the place of what it covers: contents of another file, or
 * of another place, are as wrong as damaged ones.
 */
#ifndef LLAMA_PART_H
#define LLAMA_PART_H

#include "file.h"

enum {
    PART_ALIGN = 64,
    PART_TRAILER = 64,
};

/* Where a part is: `bytes` of contents, trailer not counted. */
struct part {
    uint64_t offset;
    uint64_t bytes;
};

/* Fletcher's sum, of 32-bit words in 64-bit sums. */
struct checksum {
    uint64_t sum, sums;
};
struct checksum checksum_start(uint32_t seed, uint64_t place);
/* Goes on with `bytes`, a multiple of 4, at an address that is one, too. */
void checksum_add(struct checksum *checksum, const void *data, size_t bytes);
uint64_t checksum_value(const struct checksum *checksum);
/* The same for what has little room. */
uint32_t checksum_short(const struct checksum *checksum);

/* What a part takes in the file, trailer and padding counted. */
uint64_t part_room(uint64_t bytes);

/* The part `index` places after the first one of a row of equal parts. */
struct part part_next(struct part first, int index);

/* Compares a part's trailer with the sum of what was read of it. */
bool part_verify(const struct file *file, const struct part *part, const struct checksum *sum,
                 struct llama_error *error);

/* Reads all of a part, and verifies it. */
bool part_read(const struct file *file, const struct part *part, uint32_t seed, void *to,
               struct llama_error *error);

/* The sentence about a file whose sums are wrong. Returns false. */
bool part_damaged(const struct file *file, struct llama_error *error);

#endif
