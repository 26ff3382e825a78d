/* SPDX-License-Identifier: MIT */
#include "packed.h"

#include <math.h>
#include <string.h>

#include "error.h"

_Static_assert(sizeof(struct packed_header) == 128, "the header has no gaps");

uint64_t packed_room(uint64_t bytes) {
    return (bytes + PACKED_ALIGN - 1) / PACKED_ALIGN * PACKED_ALIGN + PACKED_TRAILER;
}

struct part packed_next(struct part first, int index) {
    return (struct part){first.offset + (uint64_t)index * packed_room(first.bytes), first.bytes};
}

void packed_checksum_add(struct checksum *checksum, const unsigned char *data, size_t bytes) {
    for (size_t i = 0; i + 4 <= bytes; i += 4) {
        uint32_t word;
        memcpy(&word, data + i, sizeof word);
        checksum->sum += word;
        checksum->sums += checksum->sum;
    }
}

uint64_t packed_checksum_value(const struct checksum *checksum) {
    return checksum->sums * 31 + checksum->sum;
}

bool packed_is(const unsigned char *data, size_t size) {
    return size >= 8 && memcmp(data, PACKED_MAGIC, 8) == 0;
}

bool packed_is_of(const unsigned char *data, size_t size, const char *name) {
    struct packed_header header;
    if (!packed_is(data, size) || size < sizeof header) {
        return false;
    }
    memcpy(&header, data, sizeof header);
    header.name[NAME_BYTES - 1] = '\0';
    return header.name[0] != '\0' && strcmp(header.name, name) == 0;
}

bool packed_header_check(const struct packed_header *header, struct shape *shape,
                         const char *name, struct llama_error *error) {
    if (header->version != PACKED_VERSION) {
        return fail(error, "%s: is a packed model of version %u; this program reads %d: pack it "
                           "again", name, header->version, PACKED_VERSION);
    }
    if (!shape_read(shape, header->shape, name, error)) {
        return false;
    }
    if (header->listed < 1 || header->listed > shape->vocab_size) {
        return fail(error, "%s: its short list has %d rows of %d", name, header->listed,
                    shape->vocab_size);
    }
    if (!(header->error >= 0.0f && header->error < 1e6f) || header->tied > 1 ||
        header->tokenizer_bytes > 1U << 28 || header->guesses > 1U << 24 ||
        (header->guesses & (header->guesses - 1)) != 0) {
        return fail(error, "%s: its header is damaged", name);
    }
    struct packed_layout layout;
    packed_lay_out(&layout, header, shape);
    if (layout.size != header->file_bytes) {
        return fail(error, "%s: its header says %llu bytes and asks for %llu", name,
                    (unsigned long long)header->file_bytes, (unsigned long long)layout.size);
    }
    return true;
}

void packed_matrices(struct extent *extents, const struct shape *shape) {
    extents[0] = (struct extent){shape->dim + 2 * shape->kv_dim, shape->dim};
    extents[1] = (struct extent){shape->dim, shape->dim};
    extents[2] = (struct extent){2 * shape->hidden_dim, shape->dim};
    extents[3] = (struct extent){shape->dim, shape->hidden_dim};
}

int packed_sources(struct source *sources, const struct checkpoint *model, int layer, int matrix) {
    const struct shape *s = &model->shape;
    const struct weights *w = &model->weights;
    size_t l = (size_t)layer, dim = (size_t)s->dim, kv = dim * (size_t)s->kv_dim;
    size_t wide = dim * (size_t)s->hidden_dim;
    const struct source all[LAYER_MATRICES][MOST_SOURCES] = {
        {{w->wq + l * dim * dim, s->dim}, {w->wk + l * kv, s->kv_dim}, {w->wv + l * kv, s->kv_dim}},
        {{w->wo + l * dim * dim, s->dim}},
        {{w->w1 + l * wide, s->hidden_dim}, {w->w3 + l * wide, s->hidden_dim}},
        {{w->w2 + l * wide, s->dim}},
    };
    int count = 0;
    while (count < MOST_SOURCES && all[matrix][count].w != NULL) {
        sources[count] = all[matrix][count];
        count++;
    }
    return count;
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
    layout->size += (uint64_t)count * packed_room(bytes);
}

static uint64_t outside_bytes(const struct shape *shape, int listed) {
    int rows = shape->vocab_size - listed;
    return 2 * sizeof(float) * (uint64_t)tiles_rows(rows) +
           sizeof(uint16_t) * (uint64_t)tiles_words_q4(rows, shape->dim);
}

static void place_table(struct packed_layout *layout, struct table_parts *table,
                        const struct packed_header *header, const struct shape *shape) {
    uint64_t row = 4 * (uint64_t)shape->dim, listed = (uint64_t)header->listed;
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
    place(layout, &layout->guesses, header->guesses * sizeof(struct guess), 1);
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
