/* SPDX-License-Identifier: MIT */
/* The forward pass: one token in, the logits of the next one out. */
#ifndef LLAMA_TRANSFORMER_H
#define LLAMA_TRANSFORMER_H

#include "checkpoint.h"
#include "kernels.h"

struct transformer {
    const struct checkpoint *model;
    const struct kernels *kernels;
    float *memory; /* one block that holds everything below */
    float *x;      /* (dim) the residual stream */
    float *xb;     /* (dim) normalised, later what attention gathered */
    float *xb2;    /* (dim) what a block adds to the stream */
    float *hb;     /* (hidden_dim) */
    float *hb2;    /* (hidden_dim) */
    float *q;      /* (dim) */
    float *att;    /* (seq_len) one head's scores */
    float *logits; /* (vocab_size) */
    float *keys;   /* (layer, seq_len, kv_dim) */
    float *values; /* (layer, seq_len, kv_dim) */
    float *freq;   /* (head_size / 2) radians per position */
    float *turns;  /* (head_size / 2, 2) cosine and sine at the current position */
};

/* Takes memory for one story; `model` must outlive it. False when there is not enough. */
bool transformer_open(struct transformer *t, const struct checkpoint *model,
                      struct llama_error *error);

void transformer_close(struct transformer *t);

/*
 * Computes the logits (vocab_size) that follow `token` at `pos` (0 to seq_len - 1), given the
 * tokens before it. The result belongs to `t`, may be changed, and lasts until the next call.
 */
float *transformer_forward(struct transformer *t, int token, int pos);

#endif
