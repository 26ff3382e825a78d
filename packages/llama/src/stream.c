/* SPDX-License-Identifier: MIT */
#include "stream.h"

void stream_begin(struct stream *stream, const struct model *model, int layer, float *room) {
    struct part part = part_next(model->exact, layer);
    *stream = (struct stream){.file = &model->file,
                              .part = part,
                              .sum = checksum_start(model->seed, part.offset),
                              .room = room};
}

static bool next_tile(struct stream *stream, size_t bytes, struct llama_error *error) {
    if (!file_read(stream->file, stream->room, bytes, stream->part.offset + stream->used, error)) {
        return false;
    }
    checksum_add(&stream->sum, stream->room, bytes);
    stream->used += bytes;
    return true;
}

bool stream_multiply(struct stream *stream, const struct kernels *kernels, float *out,
                     size_t out_stride, const float *x, size_t x_stride, int count,
                     const struct matrix *matrix, struct llama_error *error) {
    const struct matrix one = {.f32 = stream->room, .rows = TILE, .columns = matrix->columns};
    for (int tile = 0; tile < tiles_count(matrix->rows); tile++, out += TILE) {
        if (!next_tile(stream, TILE * (size_t)matrix->columns * sizeof(float), error)) {
            return false;
        }
        tiles_multiply(kernels, out, out_stride, x, x_stride, count, &one);
    }
    return true;
}

bool stream_end(const struct stream *stream, struct llama_error *error) {
    return part_verify(stream->file, &stream->part, &stream->sum, error);
}
