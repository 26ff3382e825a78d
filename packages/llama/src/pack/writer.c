/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "exact.h"

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

/* Room for the largest thing that is put together before it is written. */
struct room {
    float *f32;     /* a matrix */
    int16_t *q16;   /* a matrix, in the same memory */
    float *scale;   /* (padded rows) */
    int16_t *row;   /* (columns) */
};

static void put_matrix(struct writer *writer, const struct room *room, const struct source *parts,
                       int count, int columns, enum precision precision) {
    int rows = 0, first = 0;
    for (int i = 0; i < count; i++) {
        rows += parts[i].rows;
    }
    size_t weights = tiles_size(rows, columns);
    size_t bytes = weights * (precision == PRECISION_F32 ? sizeof(float) : sizeof(int16_t));
    memset(room->f32, 0, bytes);
    memset(room->scale, 0, (size_t)tiles_rows(rows) * sizeof *room->scale);
    for (int i = 0; i < count; first += parts[i++].rows) {
        if (precision == PRECISION_F32) {
            tiles_put_f32(room->f32, parts[i].w, first, parts[i].rows, columns);
        } else {
            tiles_put_q16(room->q16, room->scale, room->row, parts[i].w, first, parts[i].rows,
                          columns);
        }
    }
    writer_put(writer, room->f32, bytes);
    if (precision == PRECISION_Q16) {
        writer_put(writer, room->scale, (size_t)tiles_rows(rows) * sizeof *room->scale);
    }
}

static void put_layer(struct writer *writer, const struct room *room,
                      const struct checkpoint *model, int layer, enum precision precision) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, &model->shape);
    for (int m = 0; m < LAYER_MATRICES; m++) {
        struct source sources[MOST_SOURCES];
        int count = packed_sources(sources, model, layer, m);
        put_matrix(writer, room, sources, count, extents[m].columns, precision);
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

/* The tokens that are listed, or that are not, padded with -1. NULL: not enough memory. */
static int32_t *tokens_of(const struct selection *selection, int vocab_size, bool listed,
                          int *count) {
    int32_t *tokens = calloc((size_t)tiles_rows(vocab_size) + TILE, sizeof *tokens);
    *count = 0;
    for (int i = 0; tokens != NULL && i < vocab_size; i++) {
        if (selection->listed[i] == listed) {
            tokens[(*count)++] = i;
        }
    }
    return tokens;
}

static bool put_list(struct writer *writer, const struct checkpoint *model,
                     const struct selection *selection, int16_t *row) {
    int count, columns = model->shape.dim;
    int32_t *tokens = tokens_of(selection, model->shape.vocab_size, true, &count);
    size_t rows = (size_t)tiles_rows(count);
    float *scale = calloc(rows, sizeof *scale);
    int16_t *tiles = calloc(tiles_size(count, columns), sizeof *tiles);
    bool good = tokens != NULL && scale != NULL && tiles != NULL;
    for (int i = 0; good && i < count; i++) {
        const float *w = model->weights.wcls + (size_t)tokens[i] * (size_t)columns;
        tiles_put_q16(tiles, scale, row, w, i, 1, columns);
    }
    if (good) {
        writer_put(writer, tokens, rows * sizeof *tokens);
        writer_put(writer, scale, rows * sizeof *scale);
        writer_put(writer, tiles, tiles_size(count, columns) * sizeof *tiles);
        writer_end(writer);
    }
    free(tokens);
    free(scale);
    free(tiles);
    return good;
}

/* What the rows outside are described by. */
struct crowd {
    struct ring rings[RINGS];
    float *scale, *missing; /* (padded rows) */
    uint16_t *coarse;       /* tiles */
};

static void fill_rings(struct ring *rings, float *distances, int count) {
    qsort(distances, (size_t)count, sizeof *distances, select_by_value);
    for (int i = 0; i < RINGS; i++) {
        int first = (int)((int64_t)count * i / RINGS), end = (int)((int64_t)count * (i + 1) / RINGS);
        rings[i] = (struct ring){end > first ? distances[end - 1] : 0.0f, end - first};
    }
}

/* One row less the centre, in four bits, at its place in the tiles. */
static void coarsen(struct crowd *crowd, int index, const float *row, const float *centre,
                    int columns) {
    float most = 0.0f;
    double missing = 0.0;
    uint16_t *tile = crowd->coarse + tiles_words_q4(index / TILE * TILE, columns);
    for (int c = 0; c < columns; c++) {
        most = fmaxf(most, fabsf(row[c] - centre[c]));
    }
    float scale = most / COARSE_MAX;
    for (int c = 0; c < columns; c++) {
        float rest = row[c] - centre[c];
        int value = scale > 0.0f ? (int)lrintf(rest / scale) : 0;
        double gap = (double)row[c] - (double)centre[c] - (double)scale * value;
        uint16_t *words = tile + c / FOURS * TILE + index % TILE;
        *words = (uint16_t)(*words | (unsigned)(value + COARSE_MAX) << (c % FOURS * 4));
        missing += gap * gap;
    }
    crowd->scale[index] = scale;
    crowd->missing[index] = nextafterf((float)sqrt(missing), INFINITY);
}

static bool put_outside(struct writer *writer, const struct checkpoint *model,
                        const struct selection *selection) {
    int count, columns = model->shape.dim;
    int32_t *tokens = tokens_of(selection, model->shape.vocab_size, false, &count);
    size_t rows = (size_t)tiles_rows(count), words = tiles_words_q4(count, columns);
    struct crowd crowd = {.scale = calloc(rows + 1, sizeof(float)),
                          .missing = calloc(rows + 1, sizeof(float)),
                          .coarse = calloc(words + 1, sizeof(uint16_t))};
    float *distances = calloc(rows + 1, sizeof *distances);
    bool good = tokens != NULL && crowd.scale != NULL && crowd.missing != NULL &&
                crowd.coarse != NULL && distances != NULL;
    for (int i = 0; good && i < count; i++) {
        const float *w = model->weights.wcls + (size_t)tokens[i] * (size_t)columns;
        distances[i] = selection->distance[tokens[i]];
        coarsen(&crowd, i, w, selection->centre, columns);
    }
    if (good) {
        fill_rings(crowd.rings, distances, count);
        writer_put(writer, crowd.rings, sizeof crowd.rings);
        writer_put(writer, selection->centre, (size_t)columns * sizeof(float));
        writer_put(writer, crowd.scale, rows * sizeof(float));
        writer_put(writer, crowd.missing, rows * sizeof(float));
        writer_put(writer, crowd.coarse, words * sizeof(uint16_t));
        writer_end(writer);
    }
    free(tokens);
    free(distances);
    free(crowd.scale);
    free(crowd.missing);
    free(crowd.coarse);
    return good;
}

static bool open_room(struct room *room, const struct shape *shape) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, shape);
    size_t weights = 1, rows = 1, columns = 1;
    for (int i = 0; i < LAYER_MATRICES; i++) {
        size_t size = tiles_size(extents[i].rows, extents[i].columns);
        size_t padded = (size_t)tiles_rows(extents[i].rows), wide = (size_t)extents[i].columns;
        weights = size > weights ? size : weights;
        rows = padded > rows ? padded : rows;
        columns = wide > columns ? wide : columns;
    }
    room->f32 = calloc(weights, sizeof *room->f32);
    room->q16 = (int16_t *)(void *)room->f32;
    room->scale = calloc(rows, sizeof *room->scale);
    room->row = calloc(columns, sizeof *room->row);
    return room->f32 != NULL && room->scale != NULL && room->row != NULL;
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
    size_t table = (size_t)shape->vocab_size * (size_t)shape->dim * sizeof(float);
    bool tied = model->weights.wcls == model->weights.embedding;
    struct room room;
    bool good = open_room(&room, shape);
    if (good) {
        put_tokenizer(writer, tokenizer);
        put_norms(writer, model);
        for (int i = 0; i < shape->n_layers; i++) {
            put_layer(writer, &room, model, i, PRECISION_Q16);
        }
        good = put_list(writer, model, selection, room.row) &&
               put_outside(writer, model, selection);
        for (int i = 0; i < shape->n_layers; i++) {
            put_layer(writer, &room, model, i, PRECISION_F32);
        }
        writer_put(writer, model->weights.embedding, table);
        writer_end(writer);
        writer_put(writer, model->weights.wcls, tied ? 0 : table);
        writer_end(writer);
        writer_end(writer); /* no guesses yet */
    }
    free(room.f32);
    free(room.scale);
    free(room.row);
    return good || fail(error, "not enough memory to pack the model");
}
