/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "intake.h"
#include "loader.h"
#include "packed.h"

/* Tokens index a table: they must be what they claim, ascending and inside it. */
static bool list_is_good(const struct shortlist *list, int vocab_size) {
    for (int i = 0; i < list->matrix.rows; i++) {
        int least = i == 0 ? 0 : list->tokens[i - 1] + 1;
        if (list->tokens[i] < least || list->tokens[i] >= vocab_size) {
            return false;
        }
    }
    return true;
}

/* A guess names a row of the embedding. */
static bool check_guesses(void *user) {
    const struct model *model = user;
    const struct guesses *guesses = &model->guesses;
    for (uint32_t i = 0; guesses->slots != NULL && i <= guesses->mask; i++) {
        if (guesses->slots[i].token < 0 || guesses->slots[i].token >= model->shape.vocab_size) {
            return false;
        }
    }
    return true;
}

/* What lies in memory; each begins a line. */
enum { LAYERS, LIST, WEIGHTS, SCALES, OUTSIDE, GUESSES, ROW, PIECES };

static void size_pieces(uint64_t *bytes, const struct model *model,
                        const struct packed_layout *layout, const struct packed_header *header) {
    const struct shape *shape = &model->shape;
    bool q16 = model->precision == PRECISION_Q16;
    bytes[LAYERS] = (uint64_t)shape->n_layers * tiles_line_up(packed_layer_bytes(shape, model->precision));
    bytes[LIST] = layout->list.bytes;
    bytes[WEIGHTS] = tiles_size(header->listed, shape->dim) * (q16 ? sizeof(int16_t) : sizeof(float));
    bytes[SCALES] = q16 ? (uint64_t)tiles_rows(header->listed) * sizeof(float) : 0;
    bytes[OUTSIDE] = layout->outside.bytes;
    bytes[GUESSES] = layout->guesses.bytes;
    bytes[ROW] = (uint64_t)shape->dim * sizeof(float);
}

static void furnish_list(struct model *model, void **pieces, const struct packed_header *header) {
    struct shortlist *list = &model->shortlist;
    packed_point_list(list, pieces[LIST], header, &model->shape);
    if (model->precision == PRECISION_Q16) {
        list->matrix.q16 = pieces[WEIGHTS];
        list->matrix.scale = pieces[SCALES];
    } else {
        list->matrix.f32 = pieces[WEIGHTS];
    }
    packed_point_outside(list, pieces[OUTSIDE]);
}

/* Takes memory, and gives everything in it its place. */
static bool furnish(struct model *model, const struct packed_layout *layout,
                    const struct packed_header *header, struct llama_error *error) {
    uint64_t bytes[PIECES], total = 0;
    void *pieces[PIECES];
    size_pieces(bytes, model, layout, header);
    for (int i = 0; i < PIECES; i++) {
        total += tiles_line_up(bytes[i]);
    }
    unsigned char *memory = model->memory = tiles_memory(total);
    if (memory == NULL) {
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(total >> 10));
    }
    for (int i = 0; i < PIECES; memory += tiles_line_up(bytes[i++])) {
        pieces[i] = memory;
    }
    uint64_t each = tiles_line_up(packed_layer_bytes(&model->shape, model->precision));
    for (int i = 0; i < model->shape.n_layers; i++) {
        const unsigned char *layer = (unsigned char *)pieces[LAYERS] + (uint64_t)i * each;
        packed_point_layer(&model->layers[i], layer, &model->shape, model->precision);
    }
    memcpy(pieces[LIST], model->file.data + layout->list.offset, (size_t)layout->list.bytes);
    furnish_list(model, pieces, header);
    model->row = pieces[ROW];
    if (header->guesses > 0) {
        model->guesses = (struct guesses){pieces[GUESSES], header->guesses - 1};
    }
    return true;
}

/* The parts that go to memory, in the order in which the first token needs them. */
static struct errand *plan(const struct model *model, const struct packed_layout *layout) {
    int layers = model->shape.n_layers;
    bool q16 = model->precision == PRECISION_Q16;
    struct errand *errands = calloc((size_t)layers + UNPACK_OTHERS, sizeof *errands);
    if (errands == NULL) {
        return NULL;
    }
    for (int i = 0; i < layers; i++) {
        /* The first matrix begins the layer's memory. */
        unsigned char *memory = (unsigned char *)(uintptr_t)model->layers[i].qkv.f32;
        errands[i] = (struct errand){.part = packed_next(layout->layers, i),
                                     .to = q16 ? NULL : memory,
                                     .digest = intake_layer,
                                     .least = intake_tile_bytes(&model->shape)};
    }
    errands[layers] = (struct errand){.part = layout->classifier.listed,
                                      .digest = intake_listed,
                                      .least = intake_block_bytes(&model->shape)};
    /* The scales begin the memory of what is outside. */
    errands[layers + 1] = (struct errand){
        .part = layout->outside, .to = (unsigned char *)(uintptr_t)model->shortlist.scale};
    errands[layers + 2] = (struct errand){.part = layout->guesses,
                                          .to = (unsigned char *)(uintptr_t)model->guesses.slots,
                                          .then = check_guesses};
    return errands;
}

static bool part_is_good(const struct model *model, struct part part) {
    struct checksum sum = CHECKSUM_START;
    uint64_t trailer, end = part.offset + packed_room(part.bytes) - PACKED_TRAILER;
    memcpy(&trailer, model->file.data + end, sizeof trailer);
    packed_checksum_add(&sum, model->file.data + part.offset, (size_t)part.bytes);
    return trailer == packed_checksum_value(&sum);
}

static bool read_header(struct model *model, struct packed_header *header,
                        struct packed_layout *layout, const char *name,
                        struct llama_error *error) {
    if (model->file.size < packed_room(sizeof *header)) {
        return fail(error, "%s: has %zu bytes: it is cut off", name, model->file.size);
    }
    memcpy(header, model->file.data, sizeof *header);
    if (!packed_header_check(header, &model->shape, name, error)) {
        return false;
    }
    packed_lay_out(layout, header, &model->shape);
    if (model->file.size != layout->size) {
        return fail(error, "%s: has %zu bytes; its header asks for %llu", name, model->file.size,
                    (unsigned long long)layout->size);
    }
    return (part_is_good(model, layout->header) && part_is_good(model, layout->norms) &&
            part_is_good(model, layout->tokenizer) && part_is_good(model, layout->list)) ||
           fail(error, "%s: is damaged: copy or pack it again", name);
}

static struct table table_of(const unsigned char *data, const struct table_parts *parts) {
    return (struct table){.listed = data + parts->listed.offset,
                          .outside = data + parts->outside.offset};
}

bool unpack_open(struct model *model, const char *path, struct llama_error *error) {
    struct packed_header header;
    struct packed_layout layout;
    if (!read_header(model, &header, &layout, path_tail(path), error)) {
        return false;
    }
    int layers = model->shape.n_layers;
    model->error = header.error;
    model->tables = calloc(2 * (size_t)layers, sizeof *model->tables);
    if (model->tables == NULL) {
        return fail(error, "not enough memory for %d layers", layers);
    }
    const unsigned char *data = model->file.data;
    bool q16 = model->precision == PRECISION_Q16;
    model->layers = model->tables;
    model->exact = q16 ? model->tables + layers : model->tables;
    if (!furnish(model, &layout, &header, error)) {
        return false;
    }
    if (!list_is_good(&model->shortlist, model->shape.vocab_size)) {
        return fail(error, "%s: is damaged: copy or pack it again", path_tail(path));
    }
    for (int i = 0; q16 && i < layers; i++) {
        packed_point_layer(&model->exact[i], data + packed_next(layout.layers, i).offset,
                           &model->shape, PRECISION_F32);
    }
    packed_point_norms(model->layers, &model->rms_final, data + layout.norms.offset, &model->shape);
    packed_point_norms(model->exact, &model->rms_final, data + layout.norms.offset, &model->shape);
    model->embedding = table_of(data, &layout.embedding);
    model->wcls = table_of(data, &layout.classifier);
    struct errand *errands = plan(model, &layout);
    if (errands == NULL) {
        return fail(error, "not enough memory for %d layers", layers);
    }
    model->loader = loader_start(path, errands, layers + UNPACK_OTHERS, model, error);
    return model->loader != NULL;
}
