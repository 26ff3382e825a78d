/* SPDX-License-Identifier: MIT */
/*
 * The packed model: one file in the order in which a token needs it, so that the card reads it in
 * one go.
 *
 *   header | tokenizer | norms | short list | layers | rows outside in four bits | classifier's
 *   rows in the list | those outside | the same of the embedding, where that is another table |
 *   draft tokens
 *
 * Little-endian. Each part begins at a multiple of 64 bytes and ends with a trailer of 64 bytes,
 * of which the first 8 are its checksum; rows have one each, too. Nothing is decided from bytes
 * whose sum was not compared: parts are verified as they are read to memory, and what a float32
 * pass and rare tokens read later is verified each time. All places follow from the header: it
 * holds none. The header's own trailer covers it. Each weight is there once, with the source's
 * bits; what is computed with in 16 bits is made of them while they are read (see consume.h).
 * Only those outside the list are there in four bits, too: making these would cost reading all the
 * rows.
 */
#ifndef LLAMA_PACKED_H
#define LLAMA_PACKED_H

#include "model.h"
#include "part.h"

#define PACKED_MAGIC "LLAMAPCK"

enum {
    PACKED_VERSION = 4,
    HASH_BYTES = 32,
    NAME_BYTES = 80, /* with the NUL; the header fills three lines of 64 bytes */
};

struct packed_header {
    char magic[8];
    uint32_t version;
    int32_t shape[7];         /* as in the legacy header: dim, hidden_dim, n_layers ... seq_len */
    uint32_t tied;            /* 1: the classifier is the embedding */
    int32_t listed;           /* rows of the short list; all of them where it would not pay */
    float error;              /* see struct model */
    uint32_t tokenizer_bytes; /* 0: none */
    uint64_t file_bytes;
    uint8_t source[HASH_BYTES]; /* sha256 of the checkpoint this was made from */
    uint32_t drafts;            /* slots of their table, a power of two; 0: none */
    uint32_t precision;         /* see enum precision: how to compute where nobody says otherwise */
    /* Positions that `error` was seen at: of generated texts, of others. */
    uint32_t generated, given;
    char name[NAME_BYTES]; /* of that checkpoint's file; empty where it is longer */
};

/* The rows of a table in planes: of the tokens in the short list, then of the others. */
struct table_parts {
    struct part listed, outside;
};

struct packed_layout {
    struct part header, tokenizer, norms;
    struct part list;    /* rings, centre of the rows outside, tokens */
    struct part layers;  /* the first one, in tiles; the others follow, each with its trailer */
    struct part outside; /* the rows outside, in four bits */
    struct table_parts classifier;
    struct table_parts embedding; /* the same parts where it is the same table */
    struct part drafts;
    uint64_t size; /* of the file */
};

/* True when a file begins like a packed model. */
bool packed_is(const struct file *file);

/* True when a file is a packed model, made from a checkpoint of this name. */
bool packed_is_of(const struct file *file, const char *name);

/*
 * Reads the header, and lays the file out. False, with the reason, when it is damaged or asks for
 * what cannot be, or when the file has another size.
 */
bool packed_read_header(struct packed_header *header, struct shape *shape,
                        struct packed_layout *layout, const struct file *file,
                        struct llama_error *error);

void packed_lay_out(struct packed_layout *layout, const struct packed_header *header,
                    const struct shape *shape);

/* With what the sums of a file's parts begin, the header's own excepted: see part.h. */
uint32_t packed_seed(const struct packed_header *header);

/* The four matrices of a layer, in the order of its part. */
enum { LAYER_MATRICES = 4 };
struct extent {
    int rows, columns;
};
void packed_matrices(struct extent *extents, const struct shape *shape);

/* What a layer takes: in float32 the contents of its part, in 16 bits the memory. */
uint64_t packed_layer_bytes(const struct shape *shape, enum precision precision);

/*
 * Points a layer, the norms, what is stored of the short list, or the rows outside in four bits
 * (list->outside of them), into the contents of their part; a layer in 16 bits into its memory.
 */
void packed_point_layer(struct layer *layer, const unsigned char *data, const struct shape *shape,
                        enum precision precision);
void packed_point_norms(struct layer *layers, const float **rms_final, const unsigned char *data,
                        const struct shape *shape);
void packed_point_outside(struct shortlist *list, unsigned char *data);
void packed_point_list(struct shortlist *list, const unsigned char *data,
                       const struct packed_header *header, const struct shape *shape);

#endif
