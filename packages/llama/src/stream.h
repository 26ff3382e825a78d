/* SPDX-License-Identifier: MIT */
/*
 * A layer in float32 that is not in memory: its tiles are read from the file as they are used, and
 * verified before anything is decided from what they gave.
 */
#ifndef LLAMA_STREAM_H
#define LLAMA_STREAM_H

#include "model.h"

struct stream {
    const struct file *file;
    struct part part;
    uint64_t used; /* bytes of it that were read */
    struct checksum sum;
    float *room; /* (TILE, the widest matrix's columns) */
};

/* Begins with the first tile of a layer; see struct model for `exact`. */
void stream_begin(struct stream *stream, const struct model *model, int layer, float *room);

/* As tiles_multiply, with the layer's next matrix, which has so many rows and columns. */
bool stream_multiply(struct stream *stream, const struct kernels *kernels, float *out,
                     size_t out_stride, const float *x, size_t x_stride, int count,
                     const struct matrix *matrix, struct llama_error *error);

/* After the last matrix: false when what was read is damaged. */
bool stream_end(const struct stream *stream, struct llama_error *error);

#endif
