/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "loader.h"
#include "packed.h"
#include "planes.h"
#include "unpack.h"

/* --- a legacy checkpoint ------------------------------------------------------------------ */

static void fill_layer(struct layer *layer, const struct checkpoint *checkpoint, int index) {
    const struct matrix *matrices[] = {&layer->qkv, &layer->wo, &layer->w13, &layer->w2};
    size_t dim = (size_t)checkpoint->shape.dim;
    layer->rms_att = checkpoint->weights.rms_att + (size_t)index * dim;
    layer->rms_ffn = checkpoint->weights.rms_ffn + (size_t)index * dim;
    for (int m = 0; m < LAYER_MATRICES; m++) {
        struct source sources[MOST_SOURCES];
        int count = packed_sources(sources, checkpoint, index, m), first = 0;
        for (int i = 0; i < count; first += sources[i++].rows) {
            tiles_put_f32((float *)(uintptr_t)matrices[m]->f32, sources[i].w, first, sources[i].rows,
                          matrices[m]->columns);
        }
    }
}

static bool open_legacy(struct model *model, const char *name, struct llama_error *error) {
    struct checkpoint checkpoint;
    if (!checkpoint_parse(&checkpoint, model->file.data, model->file.size, name, error)) {
        return false;
    }
    file_read_ahead(&model->file);
    model->shape = checkpoint.shape;
    model->precision = PRECISION_F32;
    int layers = model->shape.n_layers;
    uint64_t each = packed_layer_bytes(&model->shape, PRECISION_F32);
    uint64_t bytes = each * (uint64_t)layers;
    model->tables = calloc((size_t)layers, sizeof *model->tables);
    model->memory = tiles_memory(bytes);
    if (model->tables == NULL || model->memory == NULL) {
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(bytes >> 10));
    }
    memset(model->memory, 0, (size_t)bytes); /* rows of padding */
    for (int i = 0; i < layers; i++) {
        unsigned char *data = (unsigned char *)model->memory + (uint64_t)i * each;
        packed_point_layer(&model->tables[i], data, &model->shape, PRECISION_F32);
        fill_layer(&model->tables[i], &checkpoint, i);
    }
    model->layers = model->exact = model->tables;
    model->rms_final = checkpoint.weights.rms_final;
    model->embedding.rows = checkpoint.weights.embedding;
    model->wcls.rows = checkpoint.weights.wcls;
    return true;
}

bool model_open(struct model *model, const char *path, enum precision precision,
                struct llama_error *error) {
    *model = (struct model){.precision = precision};
    if (!file_map(&model->file, path, error)) {
        return false;
    }
    bool packed = packed_is(model->file.data, model->file.size);
    bool good = packed ? unpack_open(model, path, error)
                       : open_legacy(model, path_tail(path), error);
    if (!good) {
        model_close(model);
    }
    return good;
}

void model_close(struct model *model) {
    loader_stop(model->loader);
    free(model->memory);
    free(model->tables);
    file_unmap(&model->file);
    *model = (struct model){0};
}

struct file model_tokenizer(const struct model *model) {
    struct packed_header header;
    struct packed_layout layout;
    if (model->loader == NULL) {
        return (struct file){0};
    }
    memcpy(&header, model->file.data, sizeof header);
    packed_lay_out(&layout, &header, &model->shape);
    bool any = header.tokenizer_bytes > 0;
    return (struct file){any ? model->file.data + layout.tokenizer.offset : NULL,
                         header.tokenizer_bytes};
}

void model_row(float *out, const struct model *model, const struct table *table, int token) {
    const struct shortlist *list = &model->shortlist;
    int dim = model->shape.dim, listed = list->matrix.rows;
    if (table->rows != NULL) {
        memcpy(out, table->rows + (size_t)token * (size_t)dim, (size_t)dim * sizeof *out);
        return;
    }
    int before = shortlist_before(list, token);
    if (before < listed && list->tokens[before] == token) {
        planes_row(out, table->listed, before, listed, dim);
    } else {
        planes_row(out, table->outside, token - before, list->outside, dim);
    }
}

bool model_wait(const struct model *model, int layer, struct llama_error *error) {
    if (model->loader == NULL) {
        return true;
    }
    int layers = model->shape.n_layers;
    return loader_wait(model->loader, layer < layers ? layer + 1 : layers + UNPACK_OTHERS, error);
}

void model_rest(const struct model *model) {
    if (model->loader != NULL) {
        file_forget(&model->file);
    }
}
