/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include <stdlib.h>

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
enum { LAYERS, NORMS, LIST, WEIGHTS, SCALES, OUTSIDE, GUESSES, ROW, PIECES };

static void size_pieces(uint64_t *bytes, const struct model *model,
                        const struct packed_layout *layout, const struct packed_header *header) {
    const struct shape *shape = &model->shape;
    bool q16 = model->precision == PRECISION_Q16;
    bytes[LAYERS] =
        (uint64_t)shape->n_layers * tiles_line_up(packed_layer_bytes(shape, model->precision));
    bytes[NORMS] = layout->norms.bytes;
    bytes[LIST] = layout->list.bytes;
    bytes[WEIGHTS] =
        tiles_size(header->listed, shape->dim) * (q16 ? sizeof(int16_t) : sizeof(float));
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

/* Takes memory for the pieces. */
static bool take_memory(struct model *model, void **pieces, const uint64_t *bytes,
                        struct llama_error *error) {
    uint64_t total = 0;
    for (int i = 0; i < PIECES; i++) {
        total += tiles_line_up(bytes[i]);
    }
    unsigned char *memory = model->memory = tiles_memory(total);
    model->layers = calloc((size_t)model->shape.n_layers, sizeof *model->layers);
    if (memory == NULL || model->layers == NULL) {
        return fail(error, "not enough memory: %llu KiB are needed",
                    (unsigned long long)(total >> 10));
    }
    for (int i = 0; i < PIECES; memory += tiles_line_up(bytes[i++])) {
        pieces[i] = memory;
    }
    return true;
}

/* Gives everything in memory its place, and reads what is needed at once. */
static bool furnish(struct model *model, const struct packed_layout *layout,
                    const struct packed_header *header, struct llama_error *error) {
    uint64_t bytes[PIECES];
    void *pieces[PIECES];
    size_pieces(bytes, model, layout, header);
    if (!take_memory(model, pieces, bytes, error)) {
        return false;
    }
    uint64_t each = tiles_line_up(packed_layer_bytes(&model->shape, model->precision));
    for (int i = 0; i < model->shape.n_layers; i++) {
        const unsigned char *layer = (unsigned char *)pieces[LAYERS] + (uint64_t)i * each;
        packed_point_layer(&model->layers[i], layer, &model->shape, model->precision);
    }
    packed_point_norms(model->layers, &model->rms_final, pieces[NORMS], &model->shape);
    furnish_list(model, pieces, header);
    model->row = pieces[ROW];
    if (header->guesses > 0) {
        model->guesses = (struct guesses){pieces[GUESSES], header->guesses - 1};
    }
    return part_read(&model->file, &layout->norms, model->seed, pieces[NORMS], error) &&
           part_read(&model->file, &layout->list, model->seed, pieces[LIST], error) &&
           (list_is_good(&model->shortlist, model->shape.vocab_size) ||
            part_damaged(&model->file, error));
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
        errands[i] = (struct errand){.part = part_next(layout->layers, i),
                                     .to = q16 ? NULL : memory,
                                     .digest = intake_layer,
                                     .least = intake_tile_bytes(&model->shape)};
    }
    errands[layers] = (struct errand){.part = layout->classifier.listed,
                                      .digest = intake_listed,
                                      .least = intake_block_bytes(&model->shape)};
    /* The scales begin the memory of what is outside. */
    errands[layers + 1] = (struct errand){.part = layout->outside,
                                          .to = (unsigned char *)(uintptr_t)model->shortlist.scale};
    errands[layers + 2] = (struct errand){.part = layout->guesses,
                                          .to = (unsigned char *)(uintptr_t)model->guesses.slots,
                                          .then = check_guesses};
    return errands;
}

static struct rows rows_of(const struct model *model, const struct part *part, int count) {
    return (struct rows){
        .offset = part->offset, .count = count, .columns = model->shape.dim, .seed = model->seed};
}

static struct table table_of(const struct model *model, const struct table_parts *parts) {
    const struct shortlist *list = &model->shortlist;
    return (struct table){.listed = rows_of(model, &parts->listed, list->matrix.rows),
                          .outside = rows_of(model, &parts->outside, list->outside)};
}

bool unpack_open(struct model *model, enum wish wish, struct llama_error *error) {
    struct packed_header header;
    struct packed_layout layout;
    if (!packed_read_header(&header, &model->shape, &layout, &model->file, error)) {
        return false;
    }
    enum precision own = header.precision == 0 ? PRECISION_F32 : PRECISION_Q16;
    model->precision = wish == WISH_OWN ? own : wish == WISH_F32 ? PRECISION_F32 : PRECISION_Q16;
    model->error = header.error;
    model->seed = packed_seed(&header);
    model->exact = layout.layers;
    if (!furnish(model, &layout, &header, error)) {
        return false;
    }
    model->embedding = table_of(model, &layout.embedding);
    model->wcls = table_of(model, &layout.classifier);
    struct errand *errands = plan(model, &layout);
    if (errands == NULL) {
        return fail(error, "not enough memory for %d layers", model->shape.n_layers);
    }
    model->loader = loader_start(&model->file, model->seed, errands,
                                 model->shape.n_layers + UNPACK_OTHERS, model, error);
    return model->loader != NULL;
}
