/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* fseeko */
#include "writer.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "packed.h"
#include "planes.h"
#include "tiling.h"

void writer_begin(struct writer *writer, uint32_t seed, uint64_t place) {
    writer->seed = seed;
    writer->place = place;
    writer->bytes = 0;
    writer->sum = checksum_start(seed, place);
    writer->good = writer->good && fseeko(writer->file, (off_t)place, SEEK_SET) == 0;
}

void writer_put(struct writer *writer, const void *data, size_t bytes) {
    checksum_add(&writer->sum, data, bytes);
    writer->bytes += bytes;
    writer->good = writer->good && (bytes == 0 || fwrite(data, bytes, 1, writer->file) == 1);
}

void writer_end(struct writer *writer) {
    unsigned char end[PART_ALIGN + PART_TRAILER] = {0};
    uint64_t sum = checksum_value(&writer->sum), room = part_room(writer->bytes);
    size_t size = (size_t)(room - writer->bytes);
    memcpy(end + size - PART_TRAILER, &sum, sizeof sum);
    writer->good = writer->good && fwrite(end, size, 1, writer->file) == 1;
    writer_begin(writer, writer->seed, writer->place + room);
}

/* A packed file in the making. */
struct making {
    struct writer *writer;
    const struct checkpoint *model;
    const struct selection *selection;
    float *room; /* see open_room */
    struct llama_error *error;
};

static bool read_floats(const struct making *making, float *to, uint64_t count, uint64_t at) {
    return file_read(making->model->file, to, 4 * count, at, making->error);
}

/* A layer in tiles. */
static bool put_layer(struct making *making, int layer) {
    struct extent extents[LAYER_MATRICES];
    const struct shape *shape = &making->model->shape;
    packed_matrices(extents, shape);
    float *tiles = making->room + tiling_room(shape);
    for (int m = 0; m < LAYER_MATRICES; m++) {
        if (!tiling_read(tiles, making->model, layer, m, making->room, making->error)) {
            return false;
        }
        writer_put(making->writer, tiles,
                   tiles_size(extents[m].rows, extents[m].columns) * sizeof *tiles);
    }
    writer_end(making->writer);
    return true;
}

static bool put_norm(struct making *making, uint64_t at) {
    uint64_t dim = (uint64_t)making->model->shape.dim;
    if (!read_floats(making, making->room, dim, at)) {
        return false;
    }
    writer_put(making->writer, making->room, 4 * (size_t)dim);
    return true;
}

static bool put_norms(struct making *making) {
    const struct weights *weights = &making->model->weights;
    uint64_t row = 4 * (uint64_t)making->model->shape.dim;
    for (uint64_t l = 0; l < (uint64_t)making->model->shape.n_layers; l++) {
        if (!put_norm(making, weights->rms_att + l * row) ||
            !put_norm(making, weights->rms_ffn + l * row)) {
            return false;
        }
    }
    if (!put_norm(making, weights->rms_final)) {
        return false;
    }
    writer_end(making->writer);
    return true;
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
        int first = (int)((int64_t)count * i / RINGS),
            end = (int)((int64_t)count * (i + 1) / RINGS);
        rings[i] = (struct ring){end > first ? room[end - 1] : 0.0f, end - first};
    }
    writer_put(writer, rings, sizeof rings);
}

static void put_list(struct making *making) {
    const struct shape *shape = &making->model->shape;
    const struct selection *selection = making->selection;
    put_rings(making->writer, selection, shape->vocab_size, making->room);
    writer_put(making->writer, selection->centre, (size_t)shape->dim * sizeof(float));
    for (int32_t i = 0; i < shape->vocab_size; i++) {
        if (selection->listed[i]) {
            writer_put(making->writer, &i, sizeof i);
        }
    }
    writer_end(making->writer);
}

/* Memory for the rows outside in four bits; the list points into it. NULL: not enough. */
static unsigned char *open_outside(struct shortlist *list, size_t *bytes) {
    *bytes = 2 * sizeof(float) * (size_t)tiles_rows(list->outside) +
             sizeof(uint16_t) * tiles_words_q4(list->outside, list->matrix.columns);
    unsigned char *memory = calloc(*bytes + 1, 1);
    if (memory != NULL) {
        packed_point_outside(list, memory);
    }
    return memory;
}

/* The rows outside in four bits. */
static bool put_outside(struct making *making) {
    const struct checkpoint *model = making->model;
    int index = 0;
    uint64_t dim = (uint64_t)model->shape.dim;
    size_t bytes;
    struct shortlist list = {.matrix = {.columns = model->shape.dim},
                             .centre = making->selection->centre,
                             .outside = model->shape.vocab_size - making->selection->count};
    unsigned char *memory = open_outside(&list, &bytes);
    bool good = memory != NULL || fail(making->error, "not enough memory to pack the model");
    for (int i = 0; good && i < model->shape.vocab_size; i++) {
        if (!making->selection->listed[i]) {
            good =
                read_floats(making, making->room, dim, model->weights.wcls + 4 * dim * (uint64_t)i);
            shortlist_coarsen(&list, index++, making->room);
        }
    }
    if (good) {
        writer_put(making->writer, memory, bytes);
        writer_end(making->writer);
    }
    free(memory);
    return good;
}

/* A block of the rows of a table in planes, the first of which is `first`, with their sums. */
static void put_block(struct making *making, const float *rows, int first, int count) {
    struct writer *writer = making->writer;
    int columns = making->model->shape.dim;
    unsigned char *block = (unsigned char *)(uintptr_t)(rows + PLANES_ROWS * (size_t)columns);
    uint32_t sums[PLANES_ROWS];
    for (int i = 0; i < count; i++) {
        sums[i] = planes_sum(rows + (size_t)i * (size_t)columns, columns, writer->seed,
                             writer->place, first + i);
    }
    planes_split(block, rows, count, columns);
    writer_put(writer, block, (size_t)count * (size_t)columns * sizeof *rows);
    writer_put(writer, sums, (size_t)count * sizeof *sums);
}

/* The rows of a table that are listed, or those that are not. */
static bool put_rows(struct making *making, uint64_t table, bool listed) {
    const struct shape *shape = &making->model->shape;
    uint64_t dim = (uint64_t)shape->dim;
    int done = 0, count = 0;
    for (int i = 0; i < shape->vocab_size; i++) {
        if (making->selection->listed[i] != listed) {
            continue;
        }
        if (!read_floats(making, making->room + (uint64_t)count * dim, dim,
                         table + 4 * dim * (uint64_t)i)) {
            return false;
        }
        if (++count == PLANES_ROWS) {
            put_block(making, making->room, done, count);
            done += count;
            count = 0;
        }
    }
    put_block(making, making->room, done, count);
    writer_end(making->writer);
    return true;
}

static bool put_table(struct making *making, uint64_t table) {
    return put_rows(making, table, true) && put_rows(making, table, false);
}

/*
 * Room for the largest matrix of a layer in tiles and what reading it takes, for two blocks of
 * rows, of which one is in planes, or for a float per token. NULL: not enough.
 */
static float *open_room(const struct shape *shape) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, shape);
    size_t blocks = 2 * PLANES_ROWS * (size_t)shape->dim, tokens = (size_t)shape->vocab_size;
    size_t max = blocks > tokens ? blocks : tokens, reading = tiling_room(shape);
    for (int i = 0; i < LAYER_MATRICES; i++) {
        size_t size = reading + tiles_size(extents[i].rows, extents[i].columns);
        max = size > max ? size : max;
    }
    return calloc(max, sizeof(float));
}

static void put_tokenizer(struct making *making, const struct vocabulary *tokenizer) {
    size_t rest = tokenizer->size % 4;
    writer_put(making->writer, tokenizer->data, tokenizer->size - rest);
    if (rest > 0) {
        uint32_t last = 0;
        memcpy(&last, tokenizer->data + tokenizer->size - rest, rest);
        writer_put(making->writer, &last, sizeof last);
    }
    writer_end(making->writer);
}

static bool put_all(struct making *making, const struct vocabulary *tokenizer) {
    const struct weights *weights = &making->model->weights;
    put_tokenizer(making, tokenizer);
    if (!put_norms(making)) {
        return false;
    }
    put_list(making);
    for (int i = 0; i < making->model->shape.n_layers; i++) {
        if (!put_layer(making, i)) {
            return false;
        }
    }
    if (!put_outside(making) || !put_table(making, weights->wcls) ||
        (weights->wcls != weights->embedding && !put_table(making, weights->embedding))) {
        return false;
    }
    writer_end(making->writer); /* no draft tokens yet */
    return true;
}

bool write_parts(struct writer *writer, const struct checkpoint *model,
                 const struct vocabulary *tokenizer, const struct selection *selection,
                 struct llama_error *error) {
    struct making making = {writer, model, selection, open_room(&model->shape), error};
    if (making.room == NULL) {
        return fail(error, "not enough memory to pack the model");
    }
    bool good = put_all(&making, tokenizer);
    free(making.room);
    return good;
}
