/* SPDX-License-Identifier: MIT */
#include "planes.h"

#include <string.h>

#include "part.h"

uint32_t planes_sum(const float *row, int columns, uint32_t seed, uint64_t place, int index) {
    struct checksum sum = checksum_start(seed, place + (uint64_t)index);
    checksum_add(&sum, row, (size_t)columns * sizeof *row);
    return checksum_short(&sum);
}

void planes_join(float *out, const unsigned char *top, const unsigned char *rest, size_t floats) {
    for (size_t i = 0; i < floats; i++, rest += PLANES_REST) {
        uint32_t bits =
            (uint32_t)top[i] << 24 | (uint32_t)rest[2] << 16 | (uint32_t)rest[1] << 8 | rest[0];
        memcpy(&out[i], &bits, sizeof bits);
    }
}

void planes_split(unsigned char *block, const float *rows, int count, int columns) {
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
