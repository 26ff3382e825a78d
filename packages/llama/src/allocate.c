/* SPDX-License-Identifier: MIT */
#include "allocate.h"

#include <stdlib.h>

#include "error.h"

bool allocate_pieces(struct model *model, void **pieces, const uint64_t *bytes, int count,
                     struct llama_error *error) {
    uint64_t total = 0;
    for (int i = 0; i < count; i++) {
        total += tiles_line_up(bytes[i]);
    }
    unsigned char *memory = model->memory = tiles_memory(total);
    model->layers = calloc((size_t)model->shape.n_layers, sizeof *model->layers);
    if (memory == NULL || model->layers == NULL) {
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(total >> 10));
    }
    for (int i = 0; i < count; memory += tiles_line_up(bytes[i++])) {
        pieces[i] = memory;
    }
    return true;
}
