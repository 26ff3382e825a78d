/* SPDX-License-Identifier: MIT */
/*
 * What is made of a packed model's float32 weights while they are read: tiles of 16 bits of the
 * layers, and the short list. The file holds each weight once, and what computes with it is the
 * same wherever it is made.
 */
#ifndef LLAMA_CONSUME_H
#define LLAMA_CONSUME_H

#include <stddef.h>

#include "checkpoint.h"

/*
 * The loader's reader callbacks, see loader.h: `user` is the model, whose layers and short list
 * point to the memory that is filled, and whose `progress` is 0 at the beginning.
 */
size_t consume_layer(void *user, const unsigned char *data, size_t bytes);
size_t consume_listed(void *user, const unsigned char *data, size_t bytes);

/* The least bytes that each of them can go on with: a tile of a layer, a block of rows. */
size_t consume_tile_bytes(const struct shape *shape);
size_t consume_block_bytes(const struct shape *shape);

#endif
