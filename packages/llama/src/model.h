/* SPDX-License-Identifier: MIT */
/* A model ready to compute with, whatever file it comes from. */
#ifndef LLAMA_MODEL_H
#define LLAMA_MODEL_H

#include "checkpoint.h"
#include "file.h"
#include "guesses.h"
#include "shortlist.h"
#include "tiles.h"

struct layer {
    const float *rms_att; /* (dim) */
    const float *rms_ffn; /* (dim) */
    struct matrix qkv;    /* (dim + 2 kv_dim, dim): queries, keys, values */
    struct matrix wo;     /* (dim, dim) */
    struct matrix w13;    /* (2 hidden_dim, dim): gate, then up */
    struct matrix w2;     /* (dim, hidden_dim) */
};

enum precision {
    PRECISION_F32, /* the reference's bits */
    PRECISION_Q16, /* half the memory; decisions that it cannot vouch for are taken again in F32 */
};

/* A table with a row (dim) per token, in the mapped file. */
struct table {
    const float *rows; /* of a legacy file, in the order of their tokens */
    const unsigned char *listed;  /* of a packed one, in planes: those of the short list */
    const unsigned char *outside; /* all others */
};

/* How much of a packed model is there. */
struct progress {
    int layer, matrix, tile; /* the next tile */
    int listed;              /* rows */
};

struct model {
    struct shape shape;
    enum precision precision;
    struct layer *layers; /* (layer) in `precision` */
    struct layer *exact;  /* (layer) in F32; the same where that is the precision */
    const float *rms_final; /* (dim) */
    struct table embedding;
    struct table wcls; /* the classifier; the same table where they are tied */
    struct shortlist shortlist; /* matrix.rows 0: there is none, all rows are computed */
    struct guesses guesses; /* slots NULL: none */
    float error; /* of a logit in Q16, against the likeliest one's; measured by the packer */
    struct file file;
    struct loader *loader; /* NULL: everything is there */
    struct progress progress; /* of the loader */
    float *row;            /* (dim) room for the loader */
    void *memory;          /* what `layers` and the short list point into */
    struct layer *tables;  /* what `layers` and `exact` point into */
};

/*
 * Opens a packed model in this precision, or a legacy checkpoint, whose precision is F32. A packed
 * model is still being read when this returns: see model_wait.
 */
bool model_open(struct model *model, const char *path, enum precision precision,
                struct llama_error *error);

void model_close(struct model *model);

/* The packed model's own tokenizer file; `data` NULL where the model holds none. */
struct file model_tokenizer(const struct model *model);

/* out[dim] = the row of a token. */
void model_row(float *out, const struct model *model, const struct table *table, int token);

/*
 * Waits until layer `layer` has been read, or, with layer == n_layers, everything. False when the
 * file cannot be read or is damaged.
 */
bool model_wait(const struct model *model, int layer, struct llama_error *error);

/*
 * Between stories: gives back the pages of a packed model's file that stories have looked at, so
 * that a thousand stories need no more memory than one.
 */
void model_rest(const struct model *model);

#endif
