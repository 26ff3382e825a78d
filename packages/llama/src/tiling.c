/* SPDX-License-Identifier: MIT */
#include "tiling.h"

#include <string.h>

#include "packed.h"

size_t tiling_room(const struct shape *shape) {
    int columns = shape->dim > shape->hidden_dim ? shape->dim : shape->hidden_dim;
    return TILE * (size_t)columns;
}

/* The rows of a checkpoint that one matrix of a layer is put together from, one below the other. */
enum { MOST_SOURCES = 3 };
struct source {
    uint64_t at; /* of (rows, columns) in the file */
    int rows;
};

static int list_sources(struct source *sources, const struct checkpoint *model, int layer,
                        int matrix) {
    const struct shape *s = &model->shape;
    const struct weights *w = &model->weights;
    uint64_t l = 4 * (uint64_t)layer * (uint64_t)s->dim;
    uint64_t square = l * (uint64_t)s->dim, kv = l * (uint64_t)s->kv_dim;
    uint64_t wide = l * (uint64_t)s->hidden_dim;
    const struct source all[LAYER_MATRICES][MOST_SOURCES] = {
        {{w->wq + square, s->dim}, {w->wk + kv, s->kv_dim}, {w->wv + kv, s->kv_dim}},
        {{w->wo + square, s->dim}},
        {{w->w1 + wide, s->hidden_dim}, {w->w3 + wide, s->hidden_dim}},
        {{w->w2 + wide, s->dim}},
    };
    int count = 0;
    while (count < MOST_SOURCES && all[matrix][count].rows > 0) {
        sources[count] = all[matrix][count];
        count++;
    }
    return count;
}

bool tiling_read(float *tiles, const struct checkpoint *checkpoint, int layer, int matrix,
                 float *room, struct llama_error *error) {
    struct extent extents[LAYER_MATRICES];
    struct source sources[MOST_SOURCES];
    packed_matrices(extents, &checkpoint->shape);
    int columns = extents[matrix].columns, done = 0;
    uint64_t row = 4 * (uint64_t)columns;
    int count = list_sources(sources, checkpoint, layer, matrix);
    memset(tiles, 0, tiles_size(extents[matrix].rows, columns) * sizeof *tiles); /* of padding */
    for (int i = 0; i < count; i++) {
        for (int first = 0; first < sources[i].rows; first += TILE) {
            int left = sources[i].rows - first, rows = left < TILE ? left : TILE;
            if (!file_read(checkpoint->file, room, (uint64_t)rows * row,
                           sources[i].at + (uint64_t)first * row, error)) {
                return false;
            }
            tiles_put_f32(tiles, room, done, rows, columns);
            done += rows;
        }
    }
    return true;
}
