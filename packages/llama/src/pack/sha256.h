/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for saying from which file a packed model was made. */
#ifndef LLAMA_SHA256_H
#define LLAMA_SHA256_H

#include <stddef.h>
#include <stdint.h>

void sha256(uint8_t hash[32], const unsigned char *data, size_t size);

#endif
