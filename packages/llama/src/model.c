/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "loader.h"
#include "packed.h"

enum {
    LINE = 64,       /* bytes of a cache line: no tile shares one with another */
    OTHER_PARTS = 3, /* that are read after the layers: the short list, what is outside, guesses */
};

static void *aligned(uint64_t bytes) {
    void *memory = NULL;
    return bytes > SIZE_MAX - LINE - TOUCH || posix_memalign(&memory, LINE, (size_t)bytes + TOUCH) != 0
               ? NULL
               : memory;
}

static bool no_memory(struct llama_error *error, uint64_t bytes) {
    return fail(error, "not enough memory: %llu KiB are needed", (unsigned long long)(bytes >> 10));
}

/* --- a legacy checkpoint ------------------------------------------------------------------ */

/* Rearranges one matrix of a checkpoint into the tiles at `matrix`. */
static void put(const struct matrix *matrix, const float *source, int first, int rows) {
    tiles_put_f32((float *)(uintptr_t)matrix->f32, source, first, rows, matrix->columns);
}

static void fill_layer(struct layer *layer, const struct checkpoint *checkpoint, int index) {
    const struct matrix *matrices[] = {&layer->qkv, &layer->wo, &layer->w13, &layer->w2};
    size_t dim = (size_t)checkpoint->shape.dim;
    layer->rms_att = checkpoint->weights.rms_att + (size_t)index * dim;
    layer->rms_ffn = checkpoint->weights.rms_ffn + (size_t)index * dim;
    for (int m = 0; m < LAYER_MATRICES; m++) {
        struct source sources[MOST_SOURCES];
        int count = packed_sources(sources, checkpoint, index, m), first = 0;
        for (int i = 0; i < count; first += sources[i++].rows) {
            put(matrices[m], sources[i].w, first, sources[i].rows);
        }
    }
}

static bool open_legacy(struct model *model, const char *name, struct llama_error *error) {
    struct checkpoint checkpoint;
    if (!checkpoint_parse(&checkpoint, model->file.data, model->file.size, name, error)) {
        return false;
    }
    file_read_ahead(&model->file);
    model->shape = checkpoint.shape;
    model->precision = PRECISION_F32;
    int layers = model->shape.n_layers;
    uint64_t each = packed_layer_bytes(&model->shape, PRECISION_F32);
    uint64_t bytes = each * (uint64_t)layers;
    model->tables = calloc((size_t)layers, sizeof *model->tables);
    model->memory = aligned(bytes);
    if (model->tables == NULL || model->memory == NULL) {
        return no_memory(error, bytes);
    }
    memset(model->memory, 0, (size_t)bytes); /* rows of padding */
    for (int i = 0; i < layers; i++) {
        unsigned char *data = (unsigned char *)model->memory + (uint64_t)i * each;
        packed_point_layer(&model->tables[i], data, &model->shape, PRECISION_F32);
        fill_layer(&model->tables[i], &checkpoint, i);
    }
    model->layers = model->exact = model->tables;
    model->rms_final = checkpoint.weights.rms_final;
    model->embedding = checkpoint.weights.embedding;
    model->wcls = checkpoint.weights.wcls;
    return true;
}

/* --- a packed model ----------------------------------------------------------------------- */

/* Tokens index the embedding: they must be what they claim, ascending and inside it. */
static bool check_tokens(void *user, int fd) {
    const struct model *model = user;
    const struct shortlist *list = &model->shortlist;
    (void)fd;
    for (int i = 0; i < list->matrix.rows; i++) {
        int least = i == 0 ? 0 : list->tokens[i - 1] + 1;
        if (list->tokens[i] < least || list->tokens[i] >= model->shape.vocab_size) {
            return false;
        }
    }
    return true;
}

/* In F32 the rows of the short list come from the classifier itself. */
static bool gather_list(void *user, int fd) {
    struct model *model = user;
    struct shortlist *list = &model->shortlist;
    if (!check_tokens(user, fd)) {
        return false;
    }
    size_t columns = (size_t)list->matrix.columns;
    float *row = calloc(columns, sizeof *row);
    uint64_t start = (uint64_t)((const unsigned char *)(const void *)model->wcls -
                                model->file.data);
    bool good = row != NULL;
    for (int i = 0; good && i < list->matrix.rows; i++) {
        uint64_t offset = start + (uint64_t)list->tokens[i] * columns * sizeof *row;
        good = loader_read(fd, row, columns * sizeof *row, offset);
        put(&list->matrix, row, i, 1);
    }
    free(row);
    return good;
}

/* A guess names a row of the embedding. */
static bool check_guesses(void *user, int fd) {
    const struct model *model = user;
    const struct guesses *guesses = &model->guesses;
    (void)fd;
    for (uint32_t i = 0; guesses->slots != NULL && i <= guesses->mask; i++) {
        if (guesses->slots[i].token < 0 || guesses->slots[i].token >= model->shape.vocab_size) {
            return false;
        }
    }
    return true;
}

/* The parts that go to memory, in the order in which the first token needs them. */
static struct errand *plan(struct model *model, const struct packed_layout *layout,
                           const struct packed_header *header, struct llama_error *error) {
    bool q16 = model->precision == PRECISION_Q16;
    int layers = model->shape.n_layers, listed = tiles_rows(header->listed);
    struct part first = q16 ? layout->q16 : layout->f32;
    uint64_t tokens = 4 * (uint64_t)listed, list = q16 ? layout->list.bytes : 2 * tokens;
    uint64_t tiles = q16 ? 0 : 4 * (uint64_t)tiles_size(header->listed, model->shape.dim);
    /* Rooms are multiples of LINE, so that each part begins a line. */
    uint64_t each = packed_room(first.bytes), bytes = each * (uint64_t)layers + tiles +
                    packed_room(list) + packed_room(layout->outside.bytes) +
                    packed_room(layout->guesses.bytes);
    struct errand *errands = calloc((size_t)layers + OTHER_PARTS, sizeof *errands);
    unsigned char *memory = model->memory = aligned(bytes);
    if (errands == NULL || memory == NULL) {
        free(errands);
        no_memory(error, bytes);
        return NULL;
    }
    for (int i = 0; i < layers; i++, memory += each) {
        errands[i] = (struct errand){packed_next(first, i), memory, first.bytes, NULL};
        packed_point_layer(&model->layers[i], memory, &model->shape, model->precision);
    }
    packed_point_list(&model->shortlist, memory, header, &model->shape);
    errands[layers] = (struct errand){layout->list, memory, list, q16 ? check_tokens : gather_list};
    memory += packed_room(list);
    packed_point_outside(&model->shortlist, memory, header, &model->shape);
    errands[layers + 1] =
        (struct errand){layout->outside, memory, layout->outside.bytes, NULL};
    memory += packed_room(layout->outside.bytes);
    errands[layers + 2] =
        (struct errand){layout->guesses, memory, layout->guesses.bytes, check_guesses};
    if (header->guesses > 0) {
        model->guesses = (struct guesses){(const struct guess *)(const void *)memory,
                                          header->guesses - 1};
    }
    memory += packed_room(layout->guesses.bytes);
    if (!q16) {
        memset(memory, 0, (size_t)tiles);
        model->shortlist.matrix.q16 = NULL;
        model->shortlist.matrix.scale = NULL;
        model->shortlist.matrix.f32 = (const float *)(const void *)memory;
    }
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
            part_is_good(model, layout->tokenizer)) ||
           fail(error, "%s: is damaged: copy or pack it again", name);
}

static bool open_packed(struct model *model, const char *path, struct llama_error *error) {
    struct packed_header header;
    struct packed_layout layout;
    if (!read_header(model, &header, &layout, path_tail(path), error)) {
        return false;
    }
    int layers = model->shape.n_layers;
    model->error = header.error;
    model->tables = calloc(2 * (size_t)layers, sizeof *model->tables);
    if (model->tables == NULL) {
        return no_memory(error, 2 * (uint64_t)layers * sizeof *model->tables);
    }
    const unsigned char *data = model->file.data;
    bool q16 = model->precision == PRECISION_Q16;
    model->layers = model->tables;
    model->exact = q16 ? model->tables + layers : model->tables;
    for (int i = 0; q16 && i < layers; i++) {
        packed_point_layer(&model->exact[i], data + packed_next(layout.f32, i).offset,
                           &model->shape, PRECISION_F32);
    }
    model->embedding = (const float *)(const void *)(data + layout.embedding.offset);
    model->wcls = header.tied ? model->embedding
                              : (const float *)(const void *)(data + layout.classifier.offset);
    struct errand *errands = plan(model, &layout, &header, error);
    if (errands == NULL) {
        return false;
    }
    packed_point_norms(model->layers, &model->rms_final, data + layout.norms.offset, &model->shape);
    packed_point_norms(model->exact, &model->rms_final, data + layout.norms.offset, &model->shape);
    model->loader = loader_start(path, errands, layers + OTHER_PARTS, model, error);
    return model->loader != NULL;
}

bool model_open(struct model *model, const char *path, enum precision precision,
                struct llama_error *error) {
    *model = (struct model){.precision = precision};
    if (!file_map(&model->file, path, error)) {
        return false;
    }
    bool packed = packed_is(model->file.data, model->file.size);
    bool good = packed ? open_packed(model, path, error)
                       : open_legacy(model, path_tail(path), error);
    if (!good) {
        model_close(model);
    }
    return good;
}

void model_close(struct model *model) {
    loader_stop(model->loader);
    free(model->memory);
    free(model->tables);
    file_unmap(&model->file);
    *model = (struct model){0};
}

struct file model_tokenizer(const struct model *model) {
    struct packed_header header;
    struct packed_layout layout;
    if (model->loader == NULL) {
        return (struct file){0};
    }
    memcpy(&header, model->file.data, sizeof header);
    packed_lay_out(&layout, &header, &model->shape);
    bool any = header.tokenizer_bytes > 0;
    return (struct file){any ? model->file.data + layout.tokenizer.offset : NULL,
                         header.tokenizer_bytes};
}

bool model_wait(const struct model *model, int layer, struct llama_error *error) {
    if (model->loader == NULL) {
        return true;
    }
    int parts = layer < model->shape.n_layers ? layer + 1 : model->shape.n_layers + OTHER_PARTS;
    return loader_wait(model->loader, parts, error);
}

void model_rest(const struct model *model) {
    if (model->loader != NULL) {
        file_forget(&model->file);
    }
}
