/* SPDX-License-Identifier: MIT */
#include "inspect.h"

#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "progress.h"
#include "sha256.h"

enum { CHUNK = 1 << 20, HEADER_BYTES = 28 };
static const uint32_t EXPONENT = 0x7f800000, FRACTION = 0x007fffff;

/* A tensor of the checkpoint: `rows` of `columns`, once or once per layer. */
struct tensor {
    const char *name;
    uint64_t at;
    uint64_t rows;
    uint64_t columns;
    bool is_layered;
};

enum { TENSORS = 13 };

/* In the order of the file. */
static void list_tensors(struct tensor *tensors, const struct checkpoint *c) {
    const struct weights *w = &c->weights;
    const struct shape *s = &c->shape;
    uint64_t dim = (uint64_t)s->dim, hidden = (uint64_t)s->hidden_dim, kv = (uint64_t)s->kv_dim;
    uint64_t vocab = (uint64_t)s->vocab_size, sincos = 2 * (uint64_t)s->seq_len;
    const struct tensor all[TENSORS] = {
        {"the embedding", w->embedding, vocab, dim, false},
        {"rms_att", w->rms_att, 1, dim, true},
        {"wq", w->wq, dim, dim, true},
        {"wk", w->wk, kv, dim, true},
        {"wv", w->wv, kv, dim, true},
        {"wo", w->wo, dim, dim, true},
        {"rms_ffn", w->rms_ffn, 1, dim, true},
        {"w1", w->w1, hidden, dim, true},
        {"w2", w->w2, dim, hidden, true},
        {"w3", w->w3, hidden, dim, true},
        {"rms_final", w->rms_final, 1, dim, false},
        {"the RoPE table", w->sincos, sincos, (uint64_t)s->head_size / 2, false},
        {"the classifier", w->wcls, vocab, dim, false},
    };
    for (int i = 0; i < TENSORS; i++) {
        tensors[i] = all[i];
    }
}

/* Says where in the model the float at this byte of the file is. */
static bool refuse(const struct checkpoint *checkpoint, uint64_t at, uint32_t bits,
                   struct llama_error *error) {
    struct tensor tensors[TENSORS];
    list_tensors(tensors, checkpoint);
    const struct tensor *t = &tensors[0];
    for (int i = 1; i < TENSORS; i++) {
        t = tensors[i].at <= at && tensors[i].at > t->at ? &tensors[i] : t;
    }
    const char *what = (bits & FRACTION) != 0 ? "nan" : "infinity";
    uint64_t index = (at - t->at) / 4, row = index / t->columns, column = index % t->columns;
    char layer[32] = "";
    if (t->is_layered) {
        snprintf(layer, sizeof layer, " of layer %d", (int)(row / t->rows));
    }
    return fail(error, "%s: %s%s holds %s in row %d, column %d: export the model again",
                checkpoint->file->name, t->name, layer, what, (int)(row % t->rows), (int)column);
}

static bool check_floats(const struct checkpoint *checkpoint, const unsigned char *data,
                         uint64_t at, size_t bytes, struct llama_error *error) {
    const uint32_t *words = (const uint32_t *)(const void *)data;
    for (size_t i = at == 0 ? HEADER_BYTES / 4 : 0; i < bytes / 4; i++) {
        if ((words[i] & EXPONENT) == EXPONENT) {
            return refuse(checkpoint, at + 4 * i, words[i], error);
        }
    }
    return true;
}

static bool look_at_all(struct sha256 *sha, const struct checkpoint *checkpoint,
                        unsigned char *room, struct llama_error *error) {
    uint64_t size = checkpoint->file->size;
    for (uint64_t at = 0; at < size; at += CHUNK) {
        size_t bytes = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        progress("reading", at, size);
        if (!file_read(checkpoint->file, room, bytes, at, error) ||
            !check_floats(checkpoint, room, at, bytes, error)) {
            return false;
        }
        sha256_add(sha, room, bytes);
    }
    progress("reading", size, size);
    return true;
}

bool inspect(uint8_t hash[32], const struct checkpoint *checkpoint, struct llama_error *error) {
    struct sha256 sha;
    unsigned char *room = malloc(CHUNK);
    if (room == NULL) {
        return fail(error, "not enough memory to read the model");
    }
    sha256_begin(&sha);
    bool good = look_at_all(&sha, checkpoint, room, error);
    sha256_end(&sha, hash);
    free(room);
    return good;
}
