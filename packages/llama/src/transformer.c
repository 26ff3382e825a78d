/* SPDX-License-Identifier: MIT */
#include "transformer.h"

#include <math.h>
#include <stdlib.h>

#include "arithmetic.h"
#include "attention.h"
#include "error.h"
#include "exact.h"
#include "rope.h"
#include "stream.h"

/* A header can ask for a long memory at little cost in file size; this is what it may get. */
static const uint64_t MAX_STATE_BYTES = (uint64_t)256 << 20;

enum { LINE_FLOATS = 16 }; /* a cache line: each part begins one */

/* Splits the memory; with `memory` NULL it only counts. Returns the number of floats. */
static uint64_t lay_out(struct transformer *t, float *memory) {
    const struct shape *shape = &t->model->shape;
    uint64_t dim = (uint64_t)shape->dim, head = (uint64_t)shape->head_size;
    uint64_t capacity = (uint64_t)t->capacity;
    uint64_t cache = (uint64_t)shape->n_layers * capacity * (uint64_t)shape->kv_dim;
    uint64_t wide = (uint64_t)(shape->dim > shape->hidden_dim ? shape->dim : shape->hidden_dim);
    bool is_legacy = t->model->loader == NULL; /* reads nothing any more */
    struct {
        float **part;
        uint64_t floats;
    } parts[] = {
        {&t->x, capacity * dim},
        {&t->xb, GROUP * dim},
        {&t->sum, GROUP * (uint64_t)tiles_rows(shape->dim)},
        {&t->qkv, GROUP * (uint64_t)tiles_rows(shape->dim + 2 * shape->kv_dim)},
        {&t->hidden, GROUP * (uint64_t)tiles_rows(2 * shape->hidden_dim)},
        {&t->att, capacity},
        {&t->keys, cache},
        {&t->values, cache},
        {&t->freq, head / 2},
        {&t->sincos, head},
        {&t->tile, is_legacy ? 0 : TILE * wide},
        {&t->rows.rows, is_legacy ? 0 : ROWS_AT_ONCE * dim},
    };
    uint64_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i].part = memory == NULL ? NULL : memory + used;
        used += (parts[i].floats + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS;
    }
    return used;
}

bool transformer_open(struct transformer *t, const struct model *model,
                      const struct kernels *kernels, int capacity, struct llama_error *error) {
    *t = (struct transformer){.model = model, .kernels = kernels};
    t->capacity = (capacity + KEYS - 1) / KEYS * KEYS;
    uint64_t bytes = lay_out(t, NULL) * sizeof(float);
    if (bytes > MAX_STATE_BYTES) {
        return fail(error, "the model needs %llu MiB of working memory; the limit is %llu MiB",
                    (unsigned long long)(bytes >> 20), (unsigned long long)(MAX_STATE_BYTES >> 20));
    }
    t->memory = tiles_memory(bytes); /* which has room behind a tile that is read ahead */
    if (t->memory == NULL) {
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(bytes >> 10));
    }
    lay_out(t, t->memory);
    t->rows.raw = (unsigned char *)t->tile; /* never at the same time */
    rope_frequencies(t->freq, model->shape.head_size);
    return true;
}

void transformer_close(struct transformer *t) {
    free(t->memory);
    *t = (struct transformer){0};
}

static void normalise(const struct transformer *t, float *out, const float *x,
                      const float *weight) {
    int dim = t->model->shape.dim;
    float mean = exact_dot(x, x, dim) / (float)dim;
    t->kernels->scale(out, x, weight, 1.0f / sqrtf(mean + 1e-5f), dim);
}

/* A group of positions that a layer takes at a time. */
struct group {
    float *x; /* (count, dim) */
    int count;
    int pos;               /* of the first */
    struct stream *stream; /* where the layer's weights come from; NULL: they are in memory */
    enum precision precision;
};

/* The positions of a group times the layer's next matrix. */
static bool multiply(const struct transformer *t, const struct group *group, float *out,
                     size_t out_stride, const float *x, size_t x_stride,
                     const struct matrix *matrix, struct llama_error *error) {
    if (group->stream != NULL) {
        return stream_multiply(group->stream, t->kernels, out, out_stride, x, x_stride,
                               group->count, matrix, error);
    }
    tiles_multiply(t->kernels, out, out_stride, x, x_stride, group->count, matrix);
    return true;
}

static void add_to_stream(const struct transformer *t, const struct group *group) {
    size_t dim = (size_t)t->model->shape.dim, padded = (size_t)tiles_rows(t->model->shape.dim);
    for (int p = 0; p < group->count; p++) {
        t->kernels->add(group->x + (size_t)p * dim, t->sum + (size_t)p * padded,
                        t->model->shape.dim);
    }
}

static bool attention_block(struct transformer *t, const struct group *group, int index,
                            const struct layer *layer, struct llama_error *error) {
    const struct shape *shape = &t->model->shape;
    size_t dim = (size_t)shape->dim, wide = (size_t)tiles_rows(layer->qkv.rows);
    size_t padded = (size_t)tiles_rows(shape->dim);
    for (int p = 0; p < group->count; p++) {
        normalise(t, t->xb + (size_t)p * dim, group->x + (size_t)p * dim, layer->rms_att);
    }
    if (!multiply(t, group, t->qkv, wide, t->xb, dim, &layer->qkv, error)) {
        return false;
    }
    for (int p = 0; p < group->count; p++) {
        attention_store_kv(t, t->qkv + (size_t)p * wide, index, group->pos + p);
    }
    attention_run(t, index, group->pos, group->count, group->precision);
    if (!multiply(t, group, t->sum, padded, t->xb, dim, &layer->wo, error)) {
        return false;
    }
    add_to_stream(t, group);
    return true;
}

static bool feed_forward_block(struct transformer *t, const struct group *group,
                               const struct layer *layer, struct llama_error *error) {
    const struct shape *shape = &t->model->shape;
    size_t dim = (size_t)shape->dim, wide = (size_t)tiles_rows(layer->w13.rows);
    size_t padded = (size_t)tiles_rows(shape->dim);
    for (int p = 0; p < group->count; p++) {
        normalise(t, t->xb + (size_t)p * dim, group->x + (size_t)p * dim, layer->rms_ffn);
    }
    if (!multiply(t, group, t->hidden, wide, t->xb, dim, &layer->w13, error)) {
        return false;
    }
    for (int p = 0; p < group->count; p++) {
        float *gate = t->hidden + (size_t)p * wide, *up = gate + shape->hidden_dim;
        if (group->precision == PRECISION_F32) {
            exact_swiglu(gate, up, shape->hidden_dim);
        } else {
            t->kernels->swiglu(gate, up, shape->hidden_dim);
        }
    }
    if (!multiply(t, group, t->sum, padded, t->hidden, wide, &layer->w2, error)) {
        return false;
    }
    add_to_stream(t, group);
    return true;
}

/*
 * A token's row of the embedding. It comes from the short list, where that has it and
 * the classifier is the embedding, so that telling reads nothing from the card. The first pass
 * takes it from the file: the list is read last.
 */
static bool embed(const struct transformer *t, float *x, int token, int pos,
                  enum precision precision, struct llama_error *error) {
    const struct model *model = t->model;
    bool tied = model->wcls.listed.offset == model->embedding.listed.offset;
    bool local = pos > 0 && precision == model->precision && model->shortlist.matrix.rows > 0;
    int row = tied && local ? shortlist_find(&model->shortlist, token) : -1;
    if (row < 0) {
        return model_row(x, model, &model->embedding, token, &t->rows, error);
    }
    tiles_row(x, &model->shortlist.matrix, row);
    return true;
}

/* One group through one layer. What is read meanwhile is verified at the end. */
static bool pass_layer(struct transformer *t, struct group *group, int index,
                       struct llama_error *error) {
    const struct layer *layer = &t->model->layers[index];
    struct stream stream;
    bool is_read = group->precision != t->model->precision;
    if (is_read) {
        stream_begin(&stream, t->model, index, t->tile);
        group->stream = &stream;
    }
    return attention_block(t, group, index, layer, error) &&
           feed_forward_block(t, group, layer, error) && (!is_read || stream_end(&stream, error));
}

bool transformer_forward(struct transformer *t, const int *tokens, int count, int pos,
                         enum precision precision, struct llama_error *error) {
    const struct model *model = t->model;
    size_t dim = (size_t)model->shape.dim;
    if (pos > 0 && !model_wait(model, model->shape.n_layers, error)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (!embed(t, t->x + (size_t)i * dim, tokens[i], pos, precision, error)) {
            return false;
        }
    }
    for (int index = 0; index < model->shape.n_layers; index++) {
        if (!model_wait(model, index, error)) {
            return false;
        }
        for (int first = 0; first < count; first += GROUP) {
            struct group group = {.x = t->x + (size_t)first * dim,
                                  .count = count - first < GROUP ? count - first : GROUP,
                                  .pos = pos + first,
                                  .precision = precision};
            if (!pass_layer(t, &group, index, error)) {
                return false;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        normalise(t, t->x + (size_t)i * dim, t->x + (size_t)i * dim, model->rms_final);
    }
    return true;
}
