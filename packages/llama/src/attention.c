/* SPDX-License-Identifier: MIT */
#include "attention.h"

#include <math.h>
#include <string.h>

#include "arithmetic.h"
#include "exact.h"
#include "rope.h"

/* Where the keys, or the values, of a head of a layer begin. */
static float *head_of(const struct transformer *t, float *cache, int layer, int kv_head) {
    size_t index = (size_t)layer * (size_t)t->model->shape.n_kv_heads + (size_t)kv_head;
    return cache + index * (size_t)t->capacity * (size_t)t->model->shape.head_size;
}

void attention_store_kv(struct transformer *t, float *qkv, int layer, int pos) {
    const struct shape *shape = &t->model->shape;
    int head = shape->head_size;
    rope_sincos(t->sincos, t->freq, head, pos);
    rope_rotate(qkv, shape->dim + shape->kv_dim, t->sincos, head);
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
        float max = k->max(t->att, pos + 1);
        float sum = k->exp(t->att, t->att, max, pos + 1);
        k->multiply(t->att, 1.0f / sum, pos + 1);
    }
    k->weighted_sum(out, t->att, head_of(t, t->values, layer, kv_head), size, pos + 1);
}

/* A head's keys and values fit the cache: all positions look at them before the next head. */
void attention_run(struct transformer *t, int layer, int pos, int count, enum precision precision) {
    const struct shape *shape = &t->model->shape;
    size_t dim = (size_t)shape->dim, wide = (size_t)tiles_rows(shape->dim + 2 * shape->kv_dim);
    for (int head = 0; head < shape->n_heads; head++) {
        int shared = head / (shape->n_heads / shape->n_kv_heads);
        size_t offset = (size_t)(head * shape->head_size);
        for (int p = 0; p < count; p++) {
            const float *query = t->qkv + (size_t)p * wide + offset;
            attend(t, t->xb + (size_t)p * dim + offset, query, layer, shared, pos + p, precision);
        }
    }
}
