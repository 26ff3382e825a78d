/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "planes.h"

void writer_put(struct writer *writer, const void *data, size_t bytes) {
    packed_checksum_add(&writer->sum, data, bytes);
    writer->bytes += bytes;
    writer->good = writer->good && (bytes == 0 || fwrite(data, bytes, 1, writer->file) == 1);
}

void writer_end(struct writer *writer) {
    unsigned char end[PACKED_ALIGN + PACKED_TRAILER] = {0};
    uint64_t sum = packed_checksum_value(&writer->sum);
    size_t size = (size_t)(packed_room(writer->bytes) - writer->bytes);
    memcpy(end + size - PACKED_TRAILER, &sum, sizeof sum);
    writer->good = writer->good && fwrite(end, size, 1, writer->file) == 1;
    writer->sum = CHECKSUM_START;
    writer->bytes = 0;
}

/* A layer in tiles; `room` holds its largest matrix. */
static void put_layer(struct writer *writer, float *room, const struct checkpoint *model,
                      int layer) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, &model->shape);
    for (int m = 0; m < LAYER_MATRICES; m++) {
        struct source sources[MOST_SOURCES];
        int count = packed_sources(sources, model, layer, m), first = 0;
        size_t bytes = tiles_size(extents[m].rows, extents[m].columns) * sizeof *room;
        memset(room, 0, bytes); /* rows of padding */
        for (int i = 0; i < count; first += sources[i++].rows) {
            tiles_put_f32(room, sources[i].w, first, sources[i].rows, extents[m].columns);
        }
        writer_put(writer, room, bytes);
    }
    writer_end(writer);
}

static void put_norms(struct writer *writer, const struct checkpoint *model) {
    size_t dim = (size_t)model->shape.dim, bytes = dim * sizeof(float);
    for (size_t l = 0; l < (size_t)model->shape.n_layers; l++) {
        writer_put(writer, model->weights.rms_att + l * dim, bytes);
        writer_put(writer, model->weights.rms_ffn + l * dim, bytes);
    }
    writer_put(writer, model->weights.rms_final, bytes);
    writer_end(writer);
}

/* Rings of equally many rows outside. `room` is for a float per row. */
static void put_rings(struct writer *writer, const struct selection *selection, int rows,
                      float *room) {
    struct ring rings[RINGS];
    int count = 0;
    for (int i = 0; i < rows; i++) {
        if (!selection->listed[i]) {
            room[count++] = selection->distance[i];
        }
    }
    qsort(room, (size_t)count, sizeof *room, select_by_value);
    for (int i = 0; i < RINGS; i++) {
        int first = (int)((int64_t)count * i / RINGS), end = (int)((int64_t)count * (i + 1) / RINGS);
        rings[i] = (struct ring){end > first ? room[end - 1] : 0.0f, end - first};
    }
    writer_put(writer, rings, sizeof rings);
}

static void put_list(struct writer *writer, const struct shape *shape,
                     const struct selection *selection, float *room) {
    put_rings(writer, selection, shape->vocab_size, room);
    writer_put(writer, selection->centre, (size_t)shape->dim * sizeof *selection->centre);
    for (int32_t i = 0; i < shape->vocab_size; i++) {
        if (selection->listed[i]) {
            writer_put(writer, &i, sizeof i);
        }
    }
    writer_end(writer);
}

/* The rows outside in four bits. */
static bool put_outside(struct writer *writer, const struct checkpoint *model,
                        const struct selection *selection) {
    int columns = model->shape.dim, index = 0;
    struct shortlist list = {.matrix = {.columns = columns}, .centre = selection->centre,
                             .outside = model->shape.vocab_size - selection->count};
    size_t bytes = 2 * sizeof(float) * (size_t)tiles_rows(list.outside) +
                   sizeof(uint16_t) * tiles_words_q4(list.outside, columns);
    unsigned char *memory = calloc(bytes + 1, 1);
    if (memory == NULL) {
        return false;
    }
    packed_point_outside(&list, memory);
    for (int i = 0; i < model->shape.vocab_size; i++) {
        if (!selection->listed[i]) {
            shortlist_coarsen(&list, index++, model->weights.wcls + (size_t)i * (size_t)columns);
        }
    }
    writer_put(writer, memory, bytes);
    writer_end(writer);
    free(memory);
    return true;
}

/* A block of the rows of a table in planes. `room` is for two blocks, of which one is filled. */
static void put_block(struct writer *writer, const float *room, int count, int columns) {
    unsigned char *block = (unsigned char *)(uintptr_t)(room + PLANES_ROWS * (size_t)columns);
    planes_put(block, room, count, columns);
    writer_put(writer, block, (size_t)count * (size_t)columns * sizeof *room);
}

/* The rows of a table that are listed, or those that are not. `room` is for two blocks of them. */
static void put_rows(struct writer *writer, const float *table, const struct shape *shape,
                     const struct selection *selection, bool listed, float *room) {
    size_t dim = (size_t)shape->dim;
    int count = 0;
    for (int i = 0; i < shape->vocab_size; i++) {
        if (selection->listed[i] == listed) {
            memcpy(room + (size_t)count * dim, table + (size_t)i * dim, dim * sizeof *room);
            count++;
        }
        if (count == PLANES_ROWS) {
            put_block(writer, room, count, shape->dim);
            count = 0;
        }
    }
    put_block(writer, room, count, shape->dim);
    writer_end(writer);
}

static void put_table(struct writer *writer, const float *table, const struct shape *shape,
                      const struct selection *selection, float *room) {
    put_rows(writer, table, shape, selection, true, room);
    put_rows(writer, table, shape, selection, false, room);
}

/*
 * Room for the largest matrix of a layer in tiles, for two blocks of rows, and for a float per
 * token. NULL: not enough.
 */
static float *open_room(const struct shape *shape) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, shape);
    size_t blocks = 2 * PLANES_ROWS * (size_t)shape->dim, tokens = (size_t)shape->vocab_size;
    size_t most = blocks > tokens ? blocks : tokens;
    for (int i = 0; i < LAYER_MATRICES; i++) {
        size_t size = tiles_size(extents[i].rows, extents[i].columns);
        most = size > most ? size : most;
    }
    return calloc(most, sizeof(float));
}

static void put_tokenizer(struct writer *writer, struct file tokenizer) {
    static const unsigned char zeros[4];
    size_t rest = tokenizer.size % 4;
    writer_put(writer, tokenizer.data, tokenizer.size - rest);
    if (rest > 0) {
        unsigned char last[4] = {zeros[0]};
        memcpy(last, tokenizer.data + tokenizer.size - rest, rest);
        writer_put(writer, last, sizeof last);
    }
    writer_end(writer);
}

bool write_parts(struct writer *writer, const struct checkpoint *model, struct file tokenizer,
                 const struct selection *selection, struct llama_error *error) {
    const struct shape *shape = &model->shape;
    const struct weights *weights = &model->weights;
    float *room = open_room(shape);
    if (room == NULL) {
        return fail(error, "not enough memory to pack the model");
    }
    put_tokenizer(writer, tokenizer);
    put_norms(writer, model);
    put_list(writer, shape, selection, room);
    for (int i = 0; i < shape->n_layers; i++) {
        put_layer(writer, room, model, i);
    }
    bool good = put_outside(writer, model, selection);
    put_table(writer, weights->wcls, shape, selection, room);
    if (weights->wcls != weights->embedding) {
        put_table(writer, weights->embedding, shape, selection, room);
    }
    writer_end(writer); /* no guesses yet */
    free(room);
    return good || fail(error, "not enough memory to pack the model");
}
