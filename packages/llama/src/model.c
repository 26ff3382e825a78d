/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "legacy.h"
#include "loader.h"
#include "packed.h"
#include "unpack.h"

bool model_open(struct model *model, const char *path, enum precision_request request,
                struct llama_error *error) {
    *model = (struct model){0};
    if (!file_open(&model->file, path, error)) {
        return false;
    }
    bool packed = packed_is(&model->file);
    bool good = packed ? unpack_open(model, request, error) : legacy_open(model, error);
    if (!good) {
        model_close(model);
    }
    return good;
}

void model_close(struct model *model) {
    loader_stop(model->loader);
    free(model->memory);
    free(model->layers);
    file_close(&model->file);
    *model = (struct model){0};
}

unsigned char *model_tokenizer(const struct model *model, size_t *size, struct llama_error *error) {
    struct packed_header header;
    struct packed_layout layout;
    struct shape shape;
    *size = 0;
    if (model->loader == NULL ||
        !packed_read_header(&header, &shape, &layout, &model->file, error) ||
        header.tokenizer_bytes == 0) {
        return NULL;
    }
    *size = header.tokenizer_bytes;
    unsigned char *data = malloc((size_t)layout.tokenizer.bytes);
    if (data == NULL) {
        fail(error, "not enough memory for a tokenizer of %zu bytes", *size);
        return NULL;
    }
    if (!part_read(&model->file, &layout.tokenizer, model->seed, data, error)) {
        free(data);
        return NULL;
    }
    return data;
}

bool model_row(float *out, const struct model *model, const struct table *table, int token,
               const struct rows_room *room, struct llama_error *error) {
    const struct shortlist *list = &model->shortlist;
    int before = shortlist_before(list, token);
    bool is_listed = before < list->matrix.rows && list->tokens[before] == token;
    const float *row =
        is_listed ? rows_get(&table->listed, &model->file, before, 1, room, error)
                  : rows_get(&table->outside, &model->file, token - before, 1, room, error);
    if (row == NULL) {
        return false;
    }
    memcpy(out, row, (size_t)model->shape.dim * sizeof *out);
    return true;
}

bool model_wait(const struct model *model, int layer, struct llama_error *error) {
    if (model->loader == NULL) {
        return true;
    }
    int layers = model->shape.n_layers;
    return loader_wait(model->loader, layer < layers ? layer + 1 : layers + UNPACK_OTHERS, error);
}
