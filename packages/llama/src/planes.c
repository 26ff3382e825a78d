/* SPDX-License-Identifier: MIT */
#include "planes.h"

#include <stdint.h>
#include <string.h>

void planes_row(float *out, const unsigned char *part, int index, int rows, int columns) {
    size_t width = (size_t)columns, first = (size_t)(index / PLANES_ROWS * PLANES_ROWS);
    size_t left = (size_t)rows - first, count = left < PLANES_ROWS ? left : PLANES_ROWS;
    const unsigned char *block = part + first * width * sizeof(float);
    const unsigned char *top = block + ((size_t)index - first) * width;
    const unsigned char *rest = block + count * width + ((size_t)index - first) * width * PLANES_REST;
    for (size_t c = 0; c < width; c++, rest += PLANES_REST) {
        uint32_t bits = (uint32_t)top[c] << 24 | (uint32_t)rest[2] << 16 | (uint32_t)rest[1] << 8 |
                        rest[0];
        memcpy(&out[c], &bits, sizeof bits);
    }
}

void planes_put(unsigned char *block, const float *rows, int count, int columns) {
    size_t floats = (size_t)count * (size_t)columns;
    unsigned char *rest = block + floats;
    for (size_t i = 0; i < floats; i++, rest += PLANES_REST) {
        uint32_t bits;
        memcpy(&bits, &rows[i], sizeof bits);
        block[i] = (unsigned char)(bits >> 24);
        for (int byte = 0; byte < PLANES_REST; byte++) {
            rest[byte] = (unsigned char)(bits >> (8 * byte));
        }
    }
}
