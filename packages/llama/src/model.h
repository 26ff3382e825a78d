/* SPDX-License-Identifier: MIT */
/* A model ready to compute with, whatever file it comes from. */
#ifndef LLAMA_MODEL_H
#define LLAMA_MODEL_H

#include "checkpoint.h"
#include "draft.h"
#include "part.h"
#include "rows.h"
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

/* A table with a row (dim) per token: of the tokens in the short list, and of all others. */
struct table {
    struct rows listed, outside;
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
    struct part exact;    /* the first layer in F32, in the file, where that is not the precision */
    const float *rms_final; /* (dim) */
    struct table embedding;
    struct table wcls;          /* the classifier; the same table where they are tied */
    struct shortlist shortlist; /* matrix.rows 0: there is none, all rows are computed */
    struct draft_table drafts;  /* slots NULL: none */
    /*
     * Of logits in Q16, in the list and outside: when one number is added to all of a position,
     * each errs by this at most, as far as the packer has seen. More than 0; it may be infinite.
     */
    float error;
    struct file file;         /* of a packed model; what comes from a legacy one is all in memory */
    uint32_t seed;            /* of its sums */
    struct loader *loader;    /* NULL: everything is there */
    struct progress progress; /* of the loader */
    float *row;               /* (dim) room for the loader */
    void *memory;             /* what the layers, the short list and a legacy table point into */
};

/* How to compute with a packed model: as it says itself, or as somebody else does. */
enum precision_request { REQUEST_OWN, REQUEST_F32, REQUEST_Q16 };

/*
 * Opens a packed model, or a legacy checkpoint, whose precision is F32. A packed model is still
 * being read when this returns: see model_wait.
 */
bool model_open(struct model *model, const char *path, enum precision_request request,
                struct llama_error *error);

void model_close(struct model *model);

/*
 * The packed model's own tokenizer file, in memory that free() gives back. NULL where it cannot be
 * had; *size is 0 then where the model holds none.
 */
unsigned char *model_tokenizer(const struct model *model, size_t *size, struct llama_error *error);

/*
 * out[dim] = the row of a token, for which `room` may be used. False when the model cannot be read.
 */
bool model_row(float *out, const struct model *model, const struct table *table, int token,
               const struct rows_room *room, struct llama_error *error);

/*
 * Waits until layer `layer` has been read, or, with layer == n_layers, everything. False when the
 * file cannot be read or is damaged.
 */
bool model_wait(const struct model *model, int layer, struct llama_error *error);

#endif
