/* SPDX-License-Identifier: MIT */
/*
 * Rows of float32 as a packed model holds its tables: of each block of rows first the top bytes of
 * all its floats, with sign and most of the exponent, then their other three, then a sum per row.
 * Floats of a table have few exponents, and side by side those compress, which a card image is glad
 * of: of 37 MB it saves 3. The bits are the source's. Any row can be read, and verified, alone.
 */
#ifndef LLAMA_PLANES_H
#define LLAMA_PLANES_H

#include <stddef.h>
#include <stdint.h>

enum {
    PLANES_ROWS = 256, /* of a block; the last one may have fewer */
    PLANES_REST = 3,   /* bytes of a float below the top one */
};

/* What a row takes in the file. */
static inline uint64_t planes_row_bytes(int columns) {
    return sizeof(float) * (uint64_t)columns + sizeof(uint32_t);
}

/* The sum of row `index` of a table at this place in the file. */
uint32_t planes_sum(const float *row, int columns, uint32_t seed, uint64_t place, int index);

/* Puts floats together from their top bytes and the others. */
void planes_join(float *out, const unsigned char *top, const unsigned char *rest, size_t floats);

/* Makes the planes of a block of `count` rows, up to PLANES_ROWS; their sums follow them. */
void planes_split(unsigned char *block, const float *rows, int count, int columns);

#endif
