/* SPDX-License-Identifier: MIT */
/* Attention: each head's query against the keys and values of all positions so far. */
#ifndef LLAMA_ATTENTION_H
#define LLAMA_ATTENTION_H

#include "transformer.h"

/* Rotates the query and the key at `qkv` for their position and stores key and value. */
void attention_store_kv(struct transformer *t, float *qkv, int layer, int pos);

/*
 * Fills t->xb with what the heads gather for the `count` queries in t->qkv, at positions pos and
 * up, whose keys and values are stored.
 */
void attention_run(struct transformer *t, int layer, int pos, int count, enum precision precision);

#endif
