/* SPDX-License-Identifier: MIT */
#include "transformer.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "exact.h"
#include "rope.h"

/* A header can ask for a long memory at little cost in file size; this is what it may get. */
static const uint64_t MAX_STATE_BYTES = (uint64_t)256 << 20;

/* Splits the memory; with `memory` NULL it only counts. Returns the number of floats. */
static uint64_t lay_out(struct transformer *t, float *memory) {
    const struct shape *shape = &t->model->shape;
    uint64_t dim = (uint64_t)shape->dim, hidden = (uint64_t)shape->hidden_dim;
    uint64_t seq_len = (uint64_t)shape->seq_len, head = (uint64_t)shape->head_size;
    uint64_t cache = (uint64_t)shape->n_layers * seq_len * (uint64_t)shape->kv_dim;
    struct {
        float **part;
        uint64_t floats;
    } parts[] = {
        {&t->x, dim},       {&t->xb, dim},      {&t->xb2, dim},
        {&t->hb, hidden},   {&t->hb2, hidden},  {&t->q, dim},
        {&t->att, seq_len}, {&t->keys, cache},  {&t->logits, (uint64_t)shape->vocab_size},
        {&t->values, cache}, {&t->freq, head / 2}, {&t->turns, head},
    };
    uint64_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i].part = memory == NULL ? NULL : memory + used;
        used += parts[i].floats;
    }
    return used;
}

bool transformer_open(struct transformer *t, const struct checkpoint *model,
                      struct llama_error *error) {
    *t = (struct transformer){.model = model, .kernels = &kernels_scalar};
    uint64_t bytes = lay_out(t, NULL) * sizeof(float);
    if (bytes > MAX_STATE_BYTES) {
        return fail(error, "the model asks for %llu MiB of working memory; at most %llu are given",
                    (unsigned long long)(bytes >> 20), (unsigned long long)(MAX_STATE_BYTES >> 20));
    }
    t->memory = calloc(1, (size_t)bytes);
    if (t->memory == NULL) {
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

/* One head looks back over positions 0 to pos; `keys` and `values` start at its own columns. */
static void attend(struct transformer *t, float *out, const float *query, const float *keys,
                   const float *values, int pos) {
    const struct shape *shape = &t->model->shape;
    size_t kv_dim = (size_t)shape->kv_dim;
    float root = sqrtf((float)shape->head_size);
    for (int i = 0; i <= pos; i++) {
        t->att[i] = t->kernels->dot(query, keys + (size_t)i * kv_dim, shape->head_size) / root;
    }
    t->kernels->softmax(t->att, pos + 1);
    memset(out, 0, (size_t)shape->head_size * sizeof *out);
    for (int i = 0; i <= pos; i++) {
        const float *value = values + (size_t)i * kv_dim;
        t->kernels->add_scaled(out, value, t->att[i], shape->head_size);
    }
}

static void add(float *x, const float *more, int size) {
    for (int i = 0; i < size; i++) {
        x[i] += more[i];
    }
}

static void attention_block(struct transformer *t, int layer, int pos) {
    const struct shape *shape = &t->model->shape;
    const struct weights *w = &t->model->weights;
    const struct kernels *k = t->kernels;
    size_t dim = (size_t)shape->dim, kv_dim = (size_t)shape->kv_dim, l = (size_t)layer;
    float *keys = t->keys + l * (size_t)shape->seq_len * kv_dim;
    float *values = t->values + l * (size_t)shape->seq_len * kv_dim;
    float *key = keys + (size_t)pos * kv_dim, *value = values + (size_t)pos * kv_dim;

    k->rmsnorm(t->xb, t->x, w->rms_att + l * dim, shape->dim);
    k->matmul(t->q, t->xb, w->wq + l * dim * dim, shape->dim, shape->dim);
    k->matmul(key, t->xb, w->wk + l * dim * kv_dim, shape->dim, shape->kv_dim);
    k->matmul(value, t->xb, w->wv + l * dim * kv_dim, shape->dim, shape->kv_dim);
    rope_rotate(t->q, shape->dim, t->turns, shape->head_size);
    rope_rotate(key, shape->kv_dim, t->turns, shape->head_size);
    for (int head = 0; head < shape->n_heads; head++) {
        int offset = head * shape->head_size;
        int shared = head / (shape->n_heads / shape->n_kv_heads) * shape->head_size;
        attend(t, t->xb + offset, t->q + offset, keys + shared, values + shared, pos);
    }
    k->matmul(t->xb2, t->xb, w->wo + l * dim * dim, shape->dim, shape->dim);
    add(t->x, t->xb2, shape->dim);
}

static void feed_forward_block(struct transformer *t, int layer) {
    const struct shape *shape = &t->model->shape;
    const struct weights *w = &t->model->weights;
    const struct kernels *k = t->kernels;
    size_t dim = (size_t)shape->dim, l = (size_t)layer;
    size_t matrix = dim * (size_t)shape->hidden_dim;

    k->rmsnorm(t->xb, t->x, w->rms_ffn + l * dim, shape->dim);
    k->matmul(t->hb, t->xb, w->w1 + l * matrix, shape->dim, shape->hidden_dim);
    k->matmul(t->hb2, t->xb, w->w3 + l * matrix, shape->dim, shape->hidden_dim);
    k->swiglu(t->hb, t->hb2, shape->hidden_dim);
    k->matmul(t->xb2, t->hb, w->w2 + l * matrix, shape->hidden_dim, shape->dim);
    add(t->x, t->xb2, shape->dim);
}

float *transformer_forward(struct transformer *t, int token, int pos) {
    const struct shape *shape = &t->model->shape;
    const struct weights *w = &t->model->weights;
    const float *row = w->embedding + (size_t)token * (size_t)shape->dim;
    memcpy(t->x, row, (size_t)shape->dim * sizeof *row);
    rope_turns(t->turns, t->freq, shape->head_size, pos);
    for (int layer = 0; layer < shape->n_layers; layer++) {
        attention_block(t, layer, pos);
        feed_forward_block(t, layer);
    }
    t->kernels->rmsnorm(t->x, t->x, w->rms_final, shape->dim);
    t->kernels->matmul(t->logits, t->x, w->wcls, shape->dim, shape->vocab_size);
    return t->logits;
}
