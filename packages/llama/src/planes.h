/* SPDX-License-Identifier: MIT */
/*
 * Rows of float32 as a packed model holds its tables: of each block of rows first the top bytes of
 * all its floats, with sign and most of the exponent, then their other three. Floats of a table have
 * few exponents, and side by side those compress, which a card image is glad of: of 37 MB it saves
 * 3. The bits are the source's. Any row can be read alone.
 */
#ifndef LLAMA_PLANES_H
#define LLAMA_PLANES_H

#include <stddef.h>

enum {
    PLANES_ROWS = 256, /* of a block; the last one may have fewer */
    PLANES_REST = 3,   /* bytes of a float below the top one */
};

/* out[columns] = row `index` of a part of so many rows. */
void planes_row(float *out, const unsigned char *part, int index, int rows, int columns);

/* Makes a block of up to PLANES_ROWS rows of columns; `block` takes as many bytes as they have. */
void planes_put(unsigned char *block, const float *rows, int count, int columns);

#endif
