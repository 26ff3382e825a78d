/* SPDX-License-Identifier: MIT */
#include "encoder.h"

#include <math.h>

enum { HEADS = 2 };

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static void look_up(const struct encoder *encoder, const struct hibari_clause *clause, float *x) {
    size_t width = encoder->width;
    for (size_t i = 0; i < clause->count; i++) {
        const int8_t *row = encoder->embedding + clause->ids[i] * width;
        for (size_t c = 0; c < width; c++) {
            x[i * width + c] = row[c] * encoder->scales[clause->ids[i]];
        }
    }
}

/* All rows through a stage; `out` may be `x` where the stage does not widen them. */
static void push_all(struct stage *stage, struct scratch *scratch, float *out, size_t out_width,
                     const float *x, size_t count) {
    size_t done = 0;
    for (size_t row = 0; row < count; row += PIECE) {
        done += stage_push(stage, scratch, out + done * out_width, x + row * stage->width,
                           least(PIECE, count - row), row + PIECE >= count);
    }
}

/*
 * What queries of a head find takes their place, for nobody asks with them again. All their scores
 * come first: keys and values together are more than the first cache holds. At most PIECE queries.
 */
static void attend_some(struct scratch *scratch, float *queries, const float *head, size_t width,
                        size_t count, size_t all) {
    const struct kernels *kernels = scratch->kernels;
    size_t size = width / HEADS, stride = 3 * width;
    for (size_t i = 0; i < count; i++) {
        float *scores = scratch->hidden + i * all;
        kernels->scores(scores, queries + i * stride, head + width, stride, size, all,
                        1 / sqrtf((float)size));
        kernels->softmax(scores, all);
    }
    for (size_t i = 0; i < count; i++) {
        kernels->weighted_sum(queries + i * stride, scratch->hidden + i * all, head + 2 * width,
                              stride, size, all);
    }
}

static void attend(struct scratch *scratch, float *projected, size_t width, size_t count) {
    for (size_t i = 0; i < HEADS; i++) {
        float *head = projected + i * (width / HEADS);
        for (size_t row = 0; row < count; row += PIECE) {
            attend_some(scratch, head + row * 3 * width, head, width, least(PIECE, count - row),
                        count);
        }
    }
}

static void norm_rows(struct scratch *scratch, const struct norm *norm, const float *x,
                      size_t width, size_t count) {
    for (size_t row = 0; row < count; row++) {
        scratch->kernels->norm(scratch->normed + row * width, x + row * width, norm->weight,
                               norm->bias, width);
    }
}

static void add(float *x, const float *more, size_t count) {
    for (size_t i = 0; i < count; i++) {
        x[i] += more[i];
    }
}

/* What follows attention, for at most PIECE rows. */
static void finish_layer(const struct encoder *encoder, struct scratch *scratch, float *x,
                         const float *attended, size_t count) {
    size_t width = encoder->width, hidden = encoder->first.columns;
    net_linear(scratch, &encoder->out, scratch->normed, width, attended, 3 * width, count);
    add(x, scratch->normed, count * width);
    norm_rows(scratch, &encoder->between, x, width, count);
    net_linear(scratch, &encoder->first, scratch->hidden, hidden, scratch->normed, width, count);
    scratch->kernels->gelu(scratch->hidden, count * hidden);
    net_linear(scratch, &encoder->second, scratch->normed, width, scratch->hidden, hidden, count);
    add(x, scratch->normed, count * width);
}

static void layer(const struct encoder *encoder, struct encoding *encoding, struct scratch *scratch,
                  float *x, size_t count) {
    size_t width = encoder->width;
    float *projected = encoding->projected;
    for (size_t row = 0; row < count; row += PIECE) {
        size_t rows = least(PIECE, count - row);
        norm_rows(scratch, &encoder->before, x + row * width, width, rows);
        net_linear(scratch, &encoder->project, projected + row * 3 * width, 3 * width,
                   scratch->normed, width, rows);
    }
    attend(scratch, projected, width, count);
    for (size_t row = 0; row < count; row += PIECE) {
        finish_layer(encoder, scratch, x + row * width, projected + row * 3 * width,
                     least(PIECE, count - row));
    }
}

void net_encode(const struct encoder *encoder, struct encoding *encoding, struct scratch *scratch,
                const struct hibari_clause *clause, int layers, float *x) {
    size_t width = encoder->width, count = clause->count;
    look_up(encoder, clause, x);
    for (int i = 0; i < ENCODER_BLOCKS; i++) {
        struct stage stage;
        stage_begin(&stage, &encoder->blocks[i], 1, encoding->kept);
        push_all(&stage, scratch, x, width, x, count);
    }
    for (int i = 0; i < layers; i++) {
        layer(encoder, encoding, scratch, x, count);
    }
    for (size_t row = 0; row < count; row++) {
        scratch->kernels->norm(x + row * width, x + row * width, encoder->after.weight,
                               encoder->after.bias, width);
    }
}

static float dot(const float *a, const float *b, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

void net_durations(uint16_t *units, const struct voice *voice, struct encoding *encoding,
                   struct scratch *scratch, const float *x, size_t from, size_t count,
                   float speed) {
    struct stage stage;
    stage_begin_matrix(&stage, &voice->duration, TUNE, 3, encoding->kept);
    push_all(&stage, scratch, encoding->projected, TUNE, x, count);
    scratch->kernels->gelu(encoding->projected, count * TUNE);
    for (size_t i = from; i < count; i++) {
        float length = dot(encoding->projected + i * TUNE, voice->duration_out, TUNE);
        float found = rintf((expf(length + *voice->duration_bias) - 1) / speed);
        /* No number at all, too, is the shortest. */
        units[i] = (uint16_t)(found > 1 ? (found < LONGEST ? found : LONGEST) : 1);
    }
}
