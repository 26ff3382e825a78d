/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "error.h"

static bool open_teller(struct teller *teller, const char *path, enum precision precision,
                        struct llama_error *error) {
    return teller_open(teller, path, precision, error) &&
           model_wait(&teller->model, teller->model.shape.n_layers, error);
}

bool comparison_open(struct comparison *comparison, const char *path, struct llama_error *error) {
    *comparison = (struct comparison){0};
    if (!open_teller(&comparison->exact, path, PRECISION_F32, error) ||
        !open_teller(&comparison->fast, path, PRECISION_Q16, error)) {
        return false;
    }
    size_t rows = (size_t)tiles_rows(comparison->exact.model.shortlist.matrix.rows);
    comparison->exact_logits = calloc(rows, sizeof(float));
    comparison->fast_logits = calloc(rows, sizeof(float));
    return (comparison->exact_logits != NULL && comparison->fast_logits != NULL) ||
           fail(error, "not enough memory to compare %zu logits", rows);
}

void comparison_close(struct comparison *comparison) {
    free(comparison->exact_logits);
    free(comparison->fast_logits);
    teller_close(&comparison->fast);
    teller_close(&comparison->exact);
}

bool comparison_pass(struct comparison *comparison, const int *tokens, int pos, int count,
                     struct llama_error *error) {
    return teller_pass(&comparison->exact, tokens, pos, count, error) &&
           teller_pass(&comparison->fast, tokens, pos, count, error);
}

static const float *x_of(const struct teller *teller, int row) {
    return teller->transformer.x + (size_t)row * (size_t)teller->model.shape.dim;
}

static void list_logits(float *logits, const struct teller *teller, int row) {
    tiles_multiply(&kernels_portable, logits, 0, x_of(teller, row), 0, 1,
                   &teller->model.shortlist.matrix);
}

/* The least that a logit outside can be too great by, from the centre and the farthest ring. */
static double outside(const struct comparison *comparison, int row) {
    const struct shortlist *list = &comparison->exact.model.shortlist;
    const float *exact = x_of(&comparison->exact, row), *fast = x_of(&comparison->fast, row);
    double middle = 0.0, squares = 0.0, radius = 0.0;
    for (int i = 0; i < list->matrix.columns; i++) {
        double gap = (double)fast[i] - (double)exact[i];
        middle += (double)list->centre[i] * gap;
        squares += gap * gap;
    }
    for (int i = 0; i < RINGS; i++) {
        radius = fmax(radius, (double)list->rings[i].radius);
    }
    return middle - radius * sqrt(squares);
}

double comparison_error(struct comparison *comparison, int row) {
    const struct shortlist *list = &comparison->exact.model.shortlist;
    double low = INFINITY, high = -INFINITY;
    bool numbers = true;
    list_logits(comparison->exact_logits, &comparison->exact, row);
    list_logits(comparison->fast_logits, &comparison->fast, row);
    for (int i = 0; i < list->matrix.rows; i++) {
        double gap = (double)comparison->fast_logits[i] - (double)comparison->exact_logits[i];
        numbers = numbers && isfinite(gap);
        low = fmin(low, gap);
        high = fmax(high, gap);
    }
    double middle = 0.5 * (high + low), error = 0.5 * (high - low);
    if (list->outside > 0) {
        double least = outside(comparison, row);
        numbers = numbers && isfinite(least);
        error = fmax(error, middle - least);
    }
    return numbers ? error : INFINITY;
}

double comparison_floor(const struct comparison *comparison) {
    const struct model *model = &comparison->fast.model;
    double weight = 0.0, scale = 0.0;
    for (int i = 0; i < model->shape.dim; i++) {
        weight = fmax(weight, fabs((double)model->rms_final[i]));
    }
    for (int i = 0; i < model->shortlist.matrix.rows; i++) {
        scale = fmax(scale, (double)model->shortlist.matrix.scale[i]);
    }
    double length = sqrt((double)model->shape.dim) * weight;
    return fmax(4.0 * scale * length / sqrt(12.0), (double)FLT_MIN);
}
