/* SPDX-License-Identifier: MIT */
/*
 * llama2.c's legacy checkpoint: seven int32, then all weights as float32, little-endian.
 * Source of the layout: karpathy/llama2.c, export.py `legacy_export`.
 */
#ifndef LLAMA_CHECKPOINT_H
#define LLAMA_CHECKPOINT_H

#include "file.h"

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

/*
 * Where row-major matrices lie in the file, in bytes; (rows, columns), per layer where it says so.
 */
struct weights {
    uint64_t embedding; /* (vocab_size, dim) */
    uint64_t rms_att;   /* (layer, dim) */
    uint64_t wq;        /* (layer, dim, dim) */
    uint64_t wk;        /* (layer, kv_dim, dim) */
    uint64_t wv;        /* (layer, kv_dim, dim) */
    uint64_t wo;        /* (layer, dim, dim) */
    uint64_t rms_ffn;   /* (layer, dim) */
    uint64_t w1;        /* (layer, hidden_dim, dim) */
    uint64_t w2;        /* (layer, dim, hidden_dim) */
    uint64_t w3;        /* (layer, hidden_dim, dim) */
    uint64_t rms_final; /* (dim) */
    uint64_t sincos;    /* (2, seq_len, head_size / 2) cosines and sines, which are not used */
    uint64_t wcls;      /* (vocab_size, dim); the embedding itself where they are tied */
};

struct checkpoint {
    const struct file *file;
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
 * Reads the header of an open file, which must stay open. False when it is out of its limits or the
 * size is not exactly what it asks for.
 */
bool checkpoint_open(struct checkpoint *checkpoint, const struct file *file,
                     struct llama_error *error);

#endif
