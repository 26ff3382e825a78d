/* SPDX-License-Identifier: MIT */
/*
 * llama2.c's legacy checkpoint: seven int32, then all weights as float32, little-endian.
 * Source of the layout: karpathy/llama2.c, export.py `legacy_export`.
 */
#ifndef LLAMA_CHECKPOINT_H
#define LLAMA_CHECKPOINT_H

#include <stddef.h>

#include "llama.h"

struct shape {
    int dim;        /* width of the residual stream */
    int hidden_dim; /* width inside the feed-forward block */
    int n_layers;
    int n_heads;    /* query heads */
    int n_kv_heads; /* key and value heads; each serves n_heads / n_kv_heads query heads */
    int vocab_size;
    int seq_len;   /* positions at most */
    int head_size; /* dim / n_heads, even */
    int kv_dim;    /* n_kv_heads * head_size */
};

/* Row-major matrices that lie in the file; (rows, columns), per layer where it says so. */
struct weights {
    const float *embedding; /* (vocab_size, dim) */
    const float *rms_att;   /* (layer, dim) */
    const float *wq;        /* (layer, dim, dim) */
    const float *wk;        /* (layer, kv_dim, dim) */
    const float *wv;        /* (layer, kv_dim, dim) */
    const float *wo;        /* (layer, dim, dim) */
    const float *rms_ffn;   /* (layer, dim) */
    const float *w1;        /* (layer, hidden_dim, dim) */
    const float *w2;        /* (layer, dim, hidden_dim) */
    const float *w3;        /* (layer, hidden_dim, dim) */
    const float *rms_final; /* (dim) */
    const float *wcls;      /* (vocab_size, dim); the embedding itself where they are tied */
};

struct checkpoint {
    struct shape shape;
    struct weights weights;
};

/*
 * Makes a shape of seven numbers: dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size,
 * seq_len. False when one is out of its limits or they do not fit together.
 */
bool shape_read(struct shape *shape, const int32_t *header, const char *name,
                struct llama_error *error);

/*
 * Checks `size` bytes at `data` (4-byte aligned) and points into them. `name` is for messages.
 * False when the header is out of its limits or the size is not exactly what the header asks for.
 */
bool checkpoint_parse(struct checkpoint *checkpoint, const unsigned char *data, size_t size,
                      const char *name, struct llama_error *error);

#endif
