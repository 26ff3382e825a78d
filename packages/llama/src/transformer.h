/* SPDX-License-Identifier: MIT */
/* The forward pass: tokens in, what the classifier reads out. */
#ifndef LLAMA_TRANSFORMER_H
#define LLAMA_TRANSFORMER_H

#include "model.h"

enum {
    GROUP = 16, /* positions that a tile of weights serves while it is in the cache */
    KEYS = 32,  /* positions whose keys lie together, so that a vector register holds one value of
                   each */
};

struct transformer {
    const struct model *model;
    const struct kernels *kernels;
    int capacity; /* positions that the memory has room for */
    void *memory; /* one block that holds everything below */
    float *x;     /* (capacity, dim) the residual stream; after a pass, what the classifier reads */
    float *xb;    /* (GROUP, dim) normalised, later what attention gathered */
    float *sum;   /* (GROUP, padded dim) what a block adds to the stream */
    float *qkv;   /* (GROUP, padded dim + 2 kv_dim) */
    float *hidden; /* (GROUP, padded 2 hidden_dim) gate, then up */
    float *att;    /* (capacity) one head's scores */
    float *keys;   /* (layer, kv head, capacity / KEYS, head_size, KEYS) */
    float *values; /* (layer, kv head, capacity, head_size) */
    float *freq;   /* (head_size / 2) radians per position */
    float *sincos; /* (head_size / 2, 2) cosine and sine at a position */
    float *tile;   /* (TILE, the widest matrix's columns) of a layer that is read while computing */
    struct rows_room rows; /* for reading rows of the tables */
};

/* Takes memory for stories of `capacity` positions. False when there is not enough. */
bool transformer_open(struct transformer *t, const struct model *model,
                      const struct kernels *kernels, int capacity, struct llama_error *error);

void transformer_close(struct transformer *t);

/*
 * Runs `count` tokens at positions pos, pos + 1 and so on, given those before them, in the
 * model's own precision or in the reference's. t->x holds one row of dim per token after that.
 * False when the model cannot be read.
 */
bool transformer_forward(struct transformer *t, const int *tokens, int count, int pos,
                         enum precision precision, struct llama_error *error);

#endif
