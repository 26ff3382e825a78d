/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include <stdlib.h>

#include "allocate.h"
#include "consume.h"
#include "error.h"
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

/* A draft token names a row of the embedding. */
static bool check_drafts(void *user) {
    const struct model *model = user;
    const struct draft_table *drafts = &model->drafts;
    for (uint32_t i = 0; drafts->slots != NULL && i <= drafts->mask; i++) {
        if (drafts->slots[i].token < 0 || drafts->slots[i].token >= model->shape.vocab_size) {
            return false;
        }
    }
    return true;
}

/* What lies in memory; each begins a line. */
enum { LAYERS, NORMS, LIST, WEIGHTS, SCALES, OUTSIDE, DRAFTS, ROW, PIECES };

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
    bytes[DRAFTS] = layout->drafts.bytes;
    bytes[ROW] = (uint64_t)shape->dim * sizeof(float);
}

static void place_list(struct model *model, void **pieces, const struct packed_header *header) {
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

/* Gives everything in memory its place, and reads what is needed at once. */
static bool allocate(struct model *model, const struct packed_layout *layout,
                     const struct packed_header *header, struct llama_error *error) {
    uint64_t bytes[PIECES];
    void *pieces[PIECES];
    size_pieces(bytes, model, layout, header);
    if (!allocate_pieces(model, pieces, bytes, PIECES, error)) {
        return false;
    }
    uint64_t each = tiles_line_up(packed_layer_bytes(&model->shape, model->precision));
    for (int i = 0; i < model->shape.n_layers; i++) {
        const unsigned char *layer = (unsigned char *)pieces[LAYERS] + (uint64_t)i * each;
        packed_point_layer(&model->layers[i], layer, &model->shape, model->precision);
    }
    packed_point_norms(model->layers, &model->rms_final, pieces[NORMS], &model->shape);
    place_list(model, pieces, header);
    model->row = pieces[ROW];
    if (header->drafts > 0) {
        model->drafts = (struct draft_table){pieces[DRAFTS], header->drafts - 1};
    }
    return part_read(&model->file, &layout->norms, model->seed, pieces[NORMS], error) &&
           part_read(&model->file, &layout->list, model->seed, pieces[LIST], error) &&
           (list_is_good(&model->shortlist, model->shape.vocab_size) ||
            part_damaged(&model->file, error));
}

/* The parts that go to memory, in the order in which the first token needs them. */
static struct load_job *plan(const struct model *model, const struct packed_layout *layout) {
    int layers = model->shape.n_layers;
    bool q16 = model->precision == PRECISION_Q16;
    struct load_job *jobs = calloc((size_t)layers + UNPACK_OTHERS, sizeof *jobs);
    if (jobs == NULL) {
        return NULL;
    }
    for (int i = 0; i < layers; i++) {
        /* The first matrix begins the layer's memory. */
        unsigned char *memory = (unsigned char *)(uintptr_t)model->layers[i].qkv.f32;
        jobs[i] = (struct load_job){.part = part_next(layout->layers, i),
                                    .to = q16 ? NULL : memory,
                                    .consume = consume_layer,
                                    .least = consume_tile_bytes(&model->shape)};
    }
    jobs[layers] = (struct load_job){.part = layout->classifier.listed,
                                     .consume = consume_listed,
                                     .least = consume_block_bytes(&model->shape)};
    /* The scales begin the memory of what is outside. */
    jobs[layers + 1] = (struct load_job){.part = layout->outside,
                                         .to = (unsigned char *)(uintptr_t)model->shortlist.scale};
    jobs[layers + 2] = (struct load_job){.part = layout->drafts,
                                         .to = (unsigned char *)(uintptr_t)model->drafts.slots,
                                         .then = check_drafts};
    return jobs;
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

bool unpack_open(struct model *model, enum precision_request request, struct llama_error *error) {
    struct packed_header header;
    struct packed_layout layout;
    if (!packed_read_header(&header, &model->shape, &layout, &model->file, error)) {
        return false;
    }
    enum precision own = header.precision == 0 ? PRECISION_F32 : PRECISION_Q16;
    model->precision = request == REQUEST_OWN   ? own
                       : request == REQUEST_F32 ? PRECISION_F32
                                                : PRECISION_Q16;
    model->error = header.error;
    model->seed = packed_seed(&header);
    model->exact = layout.layers;
    if (!allocate(model, &layout, &header, error)) {
        return false;
    }
    model->embedding = table_of(model, &layout.embedding);
    model->wcls = table_of(model, &layout.classifier);
    struct load_job *jobs = plan(model, &layout);
    if (jobs == NULL) {
        return fail(error, "not enough memory for %d layers", model->shape.n_layers);
    }
    model->loader = loader_start(&model->file, model->seed, jobs,
                                 model->shape.n_layers + UNPACK_OTHERS, model, error);
    return model->loader != NULL;
}
