/* SPDX-License-Identifier: MIT */
#include "checkpoint.h"

#include "error.h"
#include "foreign.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "checkpoints are little-endian, and are used in place"
#endif

enum { HEADER_INTS = 7, HEADER_BYTES = HEADER_INTS * 4 };

/*
 * Limits far above any model that fits a small machine, and so low that the products of sizes,
 * which are computed in 64 bits, cannot overflow.
 */
enum {
    MAX_DIM = 1 << 14,
    MAX_HIDDEN_DIM = 1 << 16,
    MAX_LAYERS = 1 << 9,
    MIN_VOCAB = 2, /* every story begins with token 1 */
    MAX_VOCAB = 1 << 20,
    MAX_SEQ_LEN = 1 << 15,
};

static bool in_limits(const char *what, int value, int least, int max, const char *name,
                      struct llama_error *error) {
    if (value < least || value > max) {
        return fail(error, "%s: %s is %d; it must be %d to %d", name, what, value, least, max);
    }
    return true;
}

static bool check_shape(struct shape *shape, const char *name, struct llama_error *error) {
    if (!in_limits("dim", shape->dim, 1, MAX_DIM, name, error) ||
        !in_limits("hidden_dim", shape->hidden_dim, 1, MAX_HIDDEN_DIM, name, error) ||
        !in_limits("n_layers", shape->n_layers, 1, MAX_LAYERS, name, error) ||
        !in_limits("n_heads", shape->n_heads, 1, shape->dim, name, error) ||
        !in_limits("n_kv_heads", shape->n_kv_heads, 1, shape->n_heads, name, error) ||
        !in_limits("vocab_size", shape->vocab_size, MIN_VOCAB, MAX_VOCAB, name, error) ||
        !in_limits("seq_len", shape->seq_len, 1, MAX_SEQ_LEN, name, error)) {
        return false;
    }
    if (shape->dim % shape->n_heads != 0) {
        return fail(error, "%s: dim %d is not a multiple of n_heads %d", name, shape->dim,
                    shape->n_heads);
    }
    if (shape->n_heads % shape->n_kv_heads != 0) {
        return fail(error, "%s: n_heads %d is not a multiple of n_kv_heads %d", name,
                    shape->n_heads, shape->n_kv_heads);
    }
    shape->head_size = shape->dim / shape->n_heads;
    if (shape->head_size % 2 != 0) {
        return fail(error, "%s: the head size %d is odd; RoPE rotates pairs of values", name,
                    shape->head_size);
    }
    shape->kv_dim = shape->n_kv_heads * shape->head_size;
    return true;
}

bool shape_read(struct shape *shape, const int32_t *header, const char *name,
                struct llama_error *error) {
    *shape = (struct shape){
        .dim = header[0],
        .hidden_dim = header[1],
        .n_layers = header[2],
        .n_heads = header[3],
        .n_kv_heads = header[4],
        .vocab_size = header[5],
        .seq_len = header[6],
    };
    return check_shape(shape, name, error);
}

/* The place of the next `count` floats. */
static uint64_t take(uint64_t *used, uint64_t count) {
    uint64_t here = *used;
    *used += 4 * count;
    return here;
}

/* Lays the weights out in the file's order. Returns the size of the file. */
static uint64_t lay_out(struct weights *w, const struct shape *shape, bool tied) {
    uint64_t used = HEADER_BYTES;
    uint64_t dim = (uint64_t)shape->dim, layers = (uint64_t)shape->n_layers;
    uint64_t kv_dim = (uint64_t)shape->kv_dim, hidden = (uint64_t)shape->hidden_dim;
    uint64_t vocab = (uint64_t)shape->vocab_size;
    w->embedding = take(&used, vocab * dim);
    w->rms_att = take(&used, layers * dim);
    w->wq = take(&used, layers * dim * dim);
    w->wk = take(&used, layers * dim * kv_dim);
    w->wv = take(&used, layers * dim * kv_dim);
    w->wo = take(&used, layers * dim * dim);
    w->rms_ffn = take(&used, layers * dim);
    w->w1 = take(&used, layers * dim * hidden);
    w->w2 = take(&used, layers * hidden * dim);
    w->w3 = take(&used, layers * dim * hidden);
    w->rms_final = take(&used, dim);
    /* Tables that older programs read; they are computed now. */
    w->sincos = take(&used, (uint64_t)shape->seq_len * (uint64_t)shape->head_size);
    w->wcls = tied ? w->embedding : take(&used, vocab * dim);
    return used;
}

static bool read_header(struct checkpoint *checkpoint, const struct file *file,
                        struct llama_error *error) {
    int32_t header[HEADER_INTS];
    const char *name = file->name;
    if (file->size < HEADER_BYTES) {
        return fail(error, "%s: has %llu bytes; the header of a model alone has %d", name,
                    (unsigned long long)file->size, (int)HEADER_BYTES);
    }
    if (!file_read(file, header, sizeof header, 0, error)) {
        return false;
    }
    /* A negative vocabulary says that the classifier has weights of its own. */
    bool tied = header[5] > 0;
    if (!tied && header[5] != INT32_MIN) {
        header[5] = -header[5];
    }
    struct shape *shape = &checkpoint->shape;
    if (!shape_read(shape, header, name, error)) {
        return false;
    }
    uint64_t expected = lay_out(&checkpoint->weights, shape, tied);
    return file->size == expected ||
           fail(error, "%s: has %llu bytes; its header asks for %llu", name,
                (unsigned long long)file->size, (unsigned long long)expected);
}

bool checkpoint_open(struct checkpoint *checkpoint, const struct file *file,
                     struct llama_error *error) {
    checkpoint->file = file;
    if (!read_header(checkpoint, file, error)) {
        foreign_explain_model(file, error);
        return false;
    }
    return true;
}
