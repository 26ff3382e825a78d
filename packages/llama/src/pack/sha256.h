/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for saying from which file a packed model was made. */
#ifndef LLAMA_SHA256_H
#define LLAMA_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64]; /* what is not a whole block yet */
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const unsigned char *data, size_t size);
void sha256_end(struct sha256 *sha, uint8_t hash[32]);

#endif
