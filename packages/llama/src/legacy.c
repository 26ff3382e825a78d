/* SPDX-License-Identifier: MIT */
#include "legacy.h"

#include "allocate.h"
#include "packed.h"
#include "tiling.h"

/* What lies in memory; each begins a line. CLASSIFIER is nothing where it is the embedding. */
enum { LAYERS, NORMS, EMBEDDING, CLASSIFIER, ROOM, PIECES };

static void size_pieces(uint64_t *bytes, const struct checkpoint *checkpoint) {
    const struct shape *s = &checkpoint->shape;
    bool tied = checkpoint->weights.wcls == checkpoint->weights.embedding;
    uint64_t dim = (uint64_t)s->dim, layers = (uint64_t)s->n_layers;
    bytes[LAYERS] = layers * tiles_line_up(packed_layer_bytes(s, PRECISION_F32));
    bytes[NORMS] = 4 * dim * (2 * layers + 1);
    bytes[EMBEDDING] = 4 * dim * (uint64_t)s->vocab_size;
    bytes[CLASSIFIER] = tied ? 0 : bytes[EMBEDDING];
    bytes[ROOM] = 4 * (uint64_t)tiling_room(s);
}

/* The norms as a packed model has them: of each layer both, then the last. */
static bool read_norms(struct model *model, const struct checkpoint *c, unsigned char *to,
                       struct llama_error *error) {
    uint64_t row = 4 * (uint64_t)model->shape.dim, layers = (uint64_t)model->shape.n_layers;
    bool good = true;
    for (uint64_t i = 0; good && i < layers; i++) {
        good = file_read(c->file, to + 2 * i * row, row, c->weights.rms_att + i * row, error) &&
               file_read(c->file, to + (2 * i + 1) * row, row, c->weights.rms_ffn + i * row, error);
    }
    packed_point_norms(model->layers, &model->rms_final, to, &model->shape);
    return good && file_read(c->file, to + 2 * layers * row, row, c->weights.rms_final, error);
}

static bool read_layers(struct model *model, const struct checkpoint *checkpoint, void **pieces,
                        struct llama_error *error) {
    uint64_t each = tiles_line_up(packed_layer_bytes(&model->shape, PRECISION_F32));
    for (int i = 0; i < model->shape.n_layers; i++) {
        struct layer *layer = &model->layers[i];
        const struct matrix *matrices[] = {&layer->qkv, &layer->wo, &layer->w13, &layer->w2};
        packed_point_layer(layer, (unsigned char *)pieces[LAYERS] + (uint64_t)i * each,
                           &model->shape, PRECISION_F32);
        for (int m = 0; m < LAYER_MATRICES; m++) {
            if (!tiling_read((float *)(uintptr_t)matrices[m]->f32, checkpoint, i, m, pieces[ROOM],
                             error)) {
                return false;
            }
        }
    }
    return true;
}

/* A table without a short list: all rows are outside. */
static struct table table_of(const float *memory, const struct shape *shape) {
    struct rows rows = {.memory = memory, .count = shape->vocab_size, .columns = shape->dim};
    return (struct table){.outside = rows};
}

bool legacy_open(struct model *model, struct llama_error *error) {
    struct checkpoint checkpoint;
    uint64_t bytes[PIECES];
    void *pieces[PIECES];
    if (!checkpoint_open(&checkpoint, &model->file, error)) {
        return false;
    }
    model->shape = checkpoint.shape;
    model->precision = PRECISION_F32;
    size_pieces(bytes, &checkpoint);
    if (!allocate_pieces(model, pieces, bytes, PIECES, error)) {
        return false;
    }
    const struct weights *w = &checkpoint.weights;
    void *classifier = w->wcls == w->embedding ? pieces[EMBEDDING] : pieces[CLASSIFIER];
    model->embedding = table_of(pieces[EMBEDDING], &model->shape);
    model->wcls = table_of(classifier, &model->shape);
    bool good =
        file_read(checkpoint.file, pieces[EMBEDDING], bytes[EMBEDDING], w->embedding, error) &&
        file_read(checkpoint.file, pieces[CLASSIFIER], bytes[CLASSIFIER], w->wcls, error) &&
        read_norms(model, &checkpoint, pieces[NORMS], error) &&
        read_layers(model, &checkpoint, pieces, error);
    file_close(&model->file);
    return good;
}
