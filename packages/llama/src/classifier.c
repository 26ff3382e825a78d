/* SPDX-License-Identifier: MIT */
#include "classifier.h"

#include "arithmetic.h"

bool classifier_rows(float *logits, const struct transformer *t, const float *x,
                     const struct rows *rows, struct llama_error *error) {
    for (int first = 0; first < rows->count; first += ROWS_AT_ONCE) {
        int left = rows->count - first, count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        const float *some = rows_get(rows, &t->model->file, first, count, &t->rows, error);
        if (some == NULL) {
            return false;
        }
        exact_rows(logits + first, x, some, rows->columns, count);
    }
    return true;
}

bool classifier_all(float *logits, float *room, const struct transformer *t, const float *x,
                    struct llama_error *error) {
    const struct model *model = t->model;
    const struct shortlist *list = &model->shortlist;
    int size = model->shape.vocab_size, listed = list->matrix.rows;
    float *in_list = room, *outside = in_list + listed;
    if (listed == size && model->precision == PRECISION_F32) {
        /* All rows are in memory, with the reference's bits. */
        tiles_multiply(t->kernels, logits, 0, x, 0, 1, &list->matrix);
        return true;
    }
    if (listed == 0) {
        return classifier_rows(logits, t, x, &model->wcls.outside, error);
    }
    if (!classifier_rows(in_list, t, x, &model->wcls.listed, error) ||
        !classifier_rows(outside, t, x, &model->wcls.outside, error)) {
        return false;
    }
    for (int token = 0, before = 0; token < size; token++) {
        bool is_listed = before < listed && list->tokens[before] == token;
        logits[token] = is_listed ? in_list[before] : outside[token - before];
        before += is_listed;
    }
    return true;
}
