/* SPDX-License-Identifier: MIT */
#include "packed.h"

#include <string.h>

#include "error.h"
#include "planes.h"

_Static_assert(sizeof(struct packed_header) == 192, "the header has no gaps");

uint32_t packed_seed(const struct packed_header *header) {
    uint32_t seed;
    memcpy(&seed, header->source, sizeof seed);
    return seed;
}

/* The beginning of a file that is long enough to be a packed model. */
static bool look(struct packed_header *header, const struct file *file) {
    struct llama_error unread;
    return file->size >= sizeof *header && file_read(file, header, sizeof *header, 0, &unread) &&
           memcmp(header->magic, PACKED_MAGIC, sizeof header->magic) == 0;
}

bool packed_is(const struct file *file) {
    struct packed_header header;
    return look(&header, file);
}

bool packed_is_of(const struct file *file, const char *name) {
    struct packed_header header;
    if (!look(&header, file)) {
        return false;
    }
    header.name[NAME_BYTES - 1] = '\0';
    return header.name[0] != '\0' && strcmp(header.name, name) == 0;
}

static bool check_header(const struct packed_header *header, struct shape *shape, const char *name,
                         struct llama_error *error) {
    if (header->version != PACKED_VERSION) {
        return fail(error,
                    "%s: is a packed model of version %u; this program reads %d: pack it "
                    "again",
                    name, header->version, PACKED_VERSION);
    }
    if (!shape_read(shape, header->shape, name, error)) {
        return false;
    }
    if (header->listed < 1 || header->listed > shape->vocab_size) {
        return fail(error, "%s: its short list has %d rows of %d", name, header->listed,
                    shape->vocab_size);
    }
    if (!(header->error > 0.0f) || header->tied > 1 || header->tokenizer_bytes > 1U << 26 ||
        header->drafts > 1U << 24 || header->precision > PRECISION_Q16 ||
        (header->drafts & (header->drafts - 1)) != 0) {
        return fail(error, "%s: its header is damaged", name);
    }
    return true;
}

bool packed_read_header(struct packed_header *header, struct shape *shape,
                        struct packed_layout *layout, const struct file *file,
                        struct llama_error *error) {
    const struct part part = {0, sizeof *header};
    if (!file_read(file, header, sizeof *header, 0, error) ||
        (header->version == PACKED_VERSION && !part_read(file, &part, 0, header, error)) ||
        !check_header(header, shape, file->name, error)) {
        return false;
    }
    packed_lay_out(layout, header, shape);
    if (file->size != layout->size || header->file_bytes != layout->size) {
        return fail(error, "%s: has %llu bytes; its header asks for %llu", file->name,
                    (unsigned long long)file->size, (unsigned long long)layout->size);
    }
    return true;
}

void packed_matrices(struct extent *extents, const struct shape *shape) {
    extents[0] = (struct extent){shape->dim + 2 * shape->kv_dim, shape->dim};
    extents[1] = (struct extent){shape->dim, shape->dim};
    extents[2] = (struct extent){2 * shape->hidden_dim, shape->dim};
    extents[3] = (struct extent){shape->dim, shape->hidden_dim};
}

uint64_t packed_layer_bytes(const struct shape *shape, enum precision precision) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, shape);
    uint64_t bytes = 0;
    for (int i = 0; i < LAYER_MATRICES; i++) {
        uint64_t rows = (uint64_t)tiles_rows(extents[i].rows);
        uint64_t weights = rows * (uint64_t)extents[i].columns;
        bytes += precision == PRECISION_F32 ? 4 * weights : 2 * weights + 4 * rows;
    }
    return bytes;
}

static void place(struct packed_layout *layout, struct part *part, uint64_t bytes, int count) {
    *part = (struct part){layout->size, bytes};
    layout->size += (uint64_t)count * part_room(bytes);
}

static uint64_t outside_bytes(const struct shape *shape, int listed) {
    int rows = shape->vocab_size - listed;
    return 2 * sizeof(float) * (uint64_t)tiles_rows(rows) +
           sizeof(uint16_t) * (uint64_t)tiles_words_q4(rows, shape->dim);
}

static void place_table(struct packed_layout *layout, struct table_parts *table,
                        const struct packed_header *header, const struct shape *shape) {
    uint64_t row = planes_row_bytes(shape->dim), listed = (uint64_t)header->listed;
    place(layout, &table->listed, listed * row, 1);
    place(layout, &table->outside, ((uint64_t)shape->vocab_size - listed) * row, 1);
}

void packed_lay_out(struct packed_layout *layout, const struct packed_header *header,
                    const struct shape *shape) {
    uint64_t dim = (uint64_t)shape->dim, layers = (uint64_t)shape->n_layers;
    layout->size = 0;
    place(layout, &layout->header, sizeof(struct packed_header), 1);
    place(layout, &layout->tokenizer, ((uint64_t)header->tokenizer_bytes + 3) / 4 * 4, 1);
    place(layout, &layout->norms, 4 * dim * (2 * layers + 1), 1);
    place(layout, &layout->list,
          RINGS * sizeof(struct ring) + 4 * dim + 4 * (uint64_t)header->listed, 1);
    place(layout, &layout->layers, packed_layer_bytes(shape, PRECISION_F32), shape->n_layers);
    place(layout, &layout->outside, outside_bytes(shape, header->listed), 1);
    place_table(layout, &layout->classifier, header, shape);
    layout->embedding = layout->classifier;
    if (!header->tied) {
        place_table(layout, &layout->embedding, header, shape);
    }
    place(layout, &layout->drafts, header->drafts * sizeof(struct draft), 1);
}

/* Takes the next part of some contents. Everything in them is a multiple of four bytes. */
static const void *take(const unsigned char **data, uint64_t bytes) {
    const void *here = *data;
    *data += bytes;
    return here;
}

void packed_point_layer(struct layer *layer, const unsigned char *data, const struct shape *shape,
                        enum precision precision) {
    struct extent extents[LAYER_MATRICES];
    packed_matrices(extents, shape);
    struct matrix *matrices[] = {&layer->qkv, &layer->wo, &layer->w13, &layer->w2};
    for (int i = 0; i < LAYER_MATRICES; i++) {
        uint64_t rows = (uint64_t)tiles_rows(extents[i].rows);
        uint64_t weights = rows * (uint64_t)extents[i].columns;
        *matrices[i] = (struct matrix){.rows = extents[i].rows, .columns = extents[i].columns};
        if (precision == PRECISION_F32) {
            matrices[i]->f32 = take(&data, 4 * weights);
        } else {
            matrices[i]->q16 = take(&data, 2 * weights);
            matrices[i]->scale = take(&data, 4 * rows);
        }
    }
}

void packed_point_norms(struct layer *layers, const float **rms_final, const unsigned char *data,
                        const struct shape *shape) {
    uint64_t bytes = 4 * (uint64_t)shape->dim;
    for (int i = 0; i < shape->n_layers; i++) {
        layers[i].rms_att = take(&data, bytes);
        layers[i].rms_ffn = take(&data, bytes);
    }
    *rms_final = take(&data, bytes);
}

void packed_point_list(struct shortlist *list, const unsigned char *data,
                       const struct packed_header *header, const struct shape *shape) {
    list->matrix = (struct matrix){.rows = header->listed, .columns = shape->dim};
    list->outside = shape->vocab_size - header->listed;
    list->rings = take(&data, RINGS * sizeof *list->rings);
    list->centre = take(&data, 4 * (uint64_t)shape->dim);
    list->tokens = take(&data, 4 * (uint64_t)header->listed);
}

void packed_point_outside(struct shortlist *list, unsigned char *data) {
    size_t rows = (size_t)tiles_rows(list->outside) * sizeof(float);
    list->scale = (float *)(void *)data;
    list->missing = (float *)(void *)(data + rows);
    list->coarse = (uint16_t *)(void *)(data + 2 * rows);
}
