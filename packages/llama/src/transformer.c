/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "transformer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arithmetic.h"
#include "error.h"
#include "exact.h"
#include "rope.h"

/* A header can ask for a long memory at little cost in file size; this is what it may get. */
static const uint64_t MAX_STATE_BYTES = (uint64_t)256 << 20;

enum { LINE_FLOATS = 16 }; /* a cache line: each part begins one */

/* Splits the memory; with `memory` NULL it only counts. Returns the number of floats. */
static uint64_t lay_out(struct transformer *t, float *memory) {
    const struct shape *shape = &t->model->shape;
    uint64_t dim = (uint64_t)shape->dim, head = (uint64_t)shape->head_size;
    uint64_t capacity = (uint64_t)t->capacity;
    uint64_t cache = (uint64_t)shape->n_layers * capacity * (uint64_t)shape->kv_dim;
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
        {&t->turns, head},
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
        return fail(error, "the model asks for %llu MiB of working memory; at most %llu are given",
                    (unsigned long long)(bytes >> 20), (unsigned long long)(MAX_STATE_BYTES >> 20));
    }
    if (posix_memalign(&t->memory, LINE_FLOATS * sizeof(float), (size_t)bytes) != 0) {
        t->memory = NULL;
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(bytes >> 10));
    }
    lay_out(t, t->memory);
    rope_frequencies(t->freq, model->shape.head_size);
    return true;
}

void transformer_close(struct transformer *t) {
    free(t->memory);
    *t = (struct transformer){0};
}

/* Where the keys, or the values, of a head of a layer begin. */
static float *head_of(const struct transformer *t, float *cache, int layer, int kv_head) {
    size_t index = (size_t)layer * (size_t)t->model->shape.n_kv_heads + (size_t)kv_head;
    return cache + index * (size_t)t->capacity * (size_t)t->model->shape.head_size;
}

/* Turns the query and the key at `qkv` for their position and puts key and value away. */
static void remember(struct transformer *t, float *qkv, int layer, int pos) {
    const struct shape *shape = &t->model->shape;
    int head = shape->head_size;
    rope_turns(t->turns, t->freq, head, pos);
    rope_rotate(qkv, shape->dim + shape->kv_dim, t->turns, head);
    for (int i = 0; i < shape->n_kv_heads; i++) {
        const float *key = qkv + shape->dim + i * head, *value = key + shape->kv_dim;
        float *keys = head_of(t, t->keys, layer, i) + pos / KEYS * KEYS * head + pos % KEYS;
        for (int d = 0; d < head; d++) {
            keys[d * KEYS] = key[d];
        }
        float *values = head_of(t, t->values, layer, i) + (size_t)pos * (size_t)head;
        memcpy(values, value, (size_t)head * sizeof *value);
    }
}

/* One head looks back over positions 0 to pos. */
static void attend(struct transformer *t, float *out, const float *query, int layer, int kv_head,
                   int pos, enum precision precision) {
    const struct kernels *k = t->kernels;
    int size = t->model->shape.head_size;
    const float *keys = head_of(t, t->keys, layer, kv_head);
    for (int first = 0; first <= pos; first += KEYS) {
        int count = pos + 1 - first < KEYS ? pos + 1 - first : KEYS;
        k->scores(t->att + first, query, keys + first * size, KEYS, size, sqrtf((float)size),
                  count);
    }
    if (precision == PRECISION_F32) {
        exact_softmax(t->att, pos + 1);
    } else {
        float most = k->greatest(t->att, pos + 1);
        float sum = k->exponents(t->att, t->att, most, pos + 1);
        k->multiply(t->att, 1.0f / sum, pos + 1);
    }
    k->mix(out, t->att, head_of(t, t->values, layer, kv_head), size, pos + 1);
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
    int pos; /* of the first */
};

static void attention_block(struct transformer *t, const struct group *group, int index,
                            const struct layer *layer, enum precision precision) {
    const struct shape *shape = &t->model->shape;
    size_t dim = (size_t)shape->dim, wide = (size_t)tiles_rows(layer->qkv.rows);
    size_t padded = (size_t)tiles_rows(shape->dim);
    for (int p = 0; p < group->count; p++) {
        normalise(t, t->xb + (size_t)p * dim, group->x + (size_t)p * dim, layer->rms_att);
    }
    tiles_multiply(t->kernels, t->qkv, wide, t->xb, dim, group->count, &layer->qkv);
    for (int p = 0; p < group->count; p++) {
        remember(t, t->qkv + (size_t)p * wide, index, group->pos + p);
    }
    /* A head's keys and values fit the cache: all positions look at them before the next head. */
    for (int head = 0; head < shape->n_heads; head++) {
        int shared = head / (shape->n_heads / shape->n_kv_heads);
        size_t offset = (size_t)(head * shape->head_size);
        for (int p = 0; p < group->count; p++) {
            const float *query = t->qkv + (size_t)p * wide + offset;
            attend(t, t->xb + (size_t)p * dim + offset, query, index, shared, group->pos + p,
                   precision);
        }
    }
    tiles_multiply(t->kernels, t->sum, padded, t->xb, dim, group->count, &layer->wo);
    for (int p = 0; p < group->count; p++) {
        t->kernels->add(group->x + (size_t)p * dim, t->sum + (size_t)p * padded, shape->dim);
    }
}

static void feed_forward_block(struct transformer *t, const struct group *group,
                               const struct layer *layer, enum precision precision) {
    const struct shape *shape = &t->model->shape;
    size_t dim = (size_t)shape->dim, wide = (size_t)tiles_rows(layer->w13.rows);
    size_t padded = (size_t)tiles_rows(shape->dim);
    for (int p = 0; p < group->count; p++) {
        normalise(t, t->xb + (size_t)p * dim, group->x + (size_t)p * dim, layer->rms_ffn);
    }
    tiles_multiply(t->kernels, t->hidden, wide, t->xb, dim, group->count, &layer->w13);
    for (int p = 0; p < group->count; p++) {
        float *gate = t->hidden + (size_t)p * wide, *up = gate + shape->hidden_dim;
        if (precision == PRECISION_F32) {
            exact_swiglu(gate, up, shape->hidden_dim);
        } else {
            t->kernels->swiglu(gate, up, shape->hidden_dim);
        }
    }
    tiles_multiply(t->kernels, t->sum, padded, t->hidden, wide, group->count, &layer->w2);
    for (int p = 0; p < group->count; p++) {
        t->kernels->add(group->x + (size_t)p * dim, t->sum + (size_t)p * padded, shape->dim);
    }
}

/*
 * A token's row of the embedding. It comes from the short list, where that has it and
 * the classifier is the embedding, so that telling reads nothing from the card. The first pass
 * takes it from the file: the list is read last.
 */
static void embed(const struct transformer *t, float *x, int token, int pos,
                  enum precision precision) {
    const struct model *model = t->model;
    bool tied = model->wcls.listed == model->embedding.listed;
    bool local = pos > 0 && precision == model->precision && model->shortlist.matrix.rows > 0;
    int row = tied && local ? shortlist_find(&model->shortlist, token) : -1;
    if (row >= 0) {
        tiles_row(x, &model->shortlist.matrix, row);
    } else {
        model_row(x, model, &model->embedding, token);
    }
}

bool transformer_forward(struct transformer *t, const int *tokens, int count, int pos,
                         enum precision precision, struct llama_error *error) {
    const struct model *model = t->model;
    size_t dim = (size_t)model->shape.dim;
    const struct layer *layers = precision == PRECISION_F32 ? model->exact : model->layers;
    if (pos > 0 && !model_wait(model, model->shape.n_layers, error)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        embed(t, t->x + (size_t)i * dim, tokens[i], pos, precision);
    }
    for (int index = 0; index < model->shape.n_layers; index++) {
        if (!model_wait(model, index, error)) {
            return false;
        }
        for (int first = 0; first < count; first += GROUP) {
            struct group group = {t->x + (size_t)first * dim,
                                  count - first < GROUP ? count - first : GROUP, pos + first};
            attention_block(t, &group, index, &layers[index], precision);
            feed_forward_block(t, &group, &layers[index], precision);
        }
    }
    for (int i = 0; i < count; i++) {
        normalise(t, t->x + (size_t)i * dim, t->x + (size_t)i * dim, model->rms_final);
    }
    return true;
}
