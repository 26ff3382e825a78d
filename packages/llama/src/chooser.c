/* SPDX-License-Identifier: MIT */
#include "chooser.h"

#include <math.h>
#include <stdlib.h>

#include "arithmetic.h"
#include "error.h"
#include "exact.h"

bool chooser_open(struct chooser *chooser, struct transformer *transformer,
                  const struct model *model, struct llama_error *error) {
    const struct shape *shape = &model->shape;
    size_t listed = (size_t)tiles_rows(model->shortlist.matrix.rows) * TOGETHER;
    size_t rows = (size_t)shape->vocab_size > listed ? (size_t)shape->vocab_size : listed;
    *chooser = (struct chooser){.transformer = transformer};
    if (!sampler_open(&chooser->sampler, shape->vocab_size, error)) {
        return false;
    }
    chooser->logits = calloc(rows, sizeof *chooser->logits);
    chooser->powers = calloc(rows, sizeof *chooser->powers);
    return (chooser->logits != NULL && chooser->powers != NULL) ||
           fail(error, "not enough memory to choose among %d tokens", shape->vocab_size);
}

void chooser_close(struct chooser *chooser) {
    sampler_close(&chooser->sampler);
    free(chooser->logits);
    free(chooser->powers);
    *chooser = (struct chooser){0};
}

void chooser_reset(struct chooser *chooser) {
    chooser->exact = 0;
    chooser->counts = (struct llama_certainty){0};
}

/* Everything that run.c does, on all rows. */
static int choose_from_all(struct chooser *chooser, const float *x, const struct question *q) {
    const struct model *model = chooser->transformer->model;
    exact_rows(chooser->logits, x, model->wcls, model->shape.dim, model->shape.vocab_size);
    return sampler_choose(&chooser->sampler, chooser->logits, q->temperature, q->topp, q->coin);
}

/* The logits of the short list, divided by the temperature, and their powers. */
static struct evidence weigh(struct chooser *chooser, float *logits, const struct question *q,
                             float error) {
    const struct model *model = chooser->transformer->model;
    const struct kernels *k = chooser->transformer->kernels;
    const struct shortlist *list = &model->shortlist;
    int count = list->matrix.rows;
    float scale = q->temperature == 0.0f ? 1.0f : q->temperature;
    for (int i = 0; scale != 1.0f && i < count; i++) {
        logits[i] /= scale;
    }
    struct evidence evidence = {
        .logits = logits,
        .powers = chooser->powers,
        .tokens = list->tokens,
        .count = count,
        .most = k->greatest(logits, count),
        .error = error / scale,
        .vocab_size = model->shape.vocab_size,
    };
    k->exponents(chooser->powers, logits, evidence.most, count);
    return evidence;
}

/* What the evidence says with these bounds of the rows outside, which err as the others do. */
static int rule(struct chooser *chooser, struct evidence *evidence, struct bound outside,
                const struct question *q) {
    evidence->outside.most = outside.most + evidence->error;
    evidence->outside.mass = outside.mass * (1.0 + 2.0 * (double)evidence->error);
    return certify(evidence, chooser->sampler.candidates, q->temperature == 0.0f, q->topp, q->coin);
}

/* With cheap bounds, then with closer ones. */
static int judge(struct chooser *chooser, struct evidence *evidence, const float *x,
                 const struct question *q) {
    const struct shortlist *list = &chooser->transformer->model->shortlist;
    float scale = q->temperature == 0.0f ? 1.0f : q->temperature, most = evidence->most;
    int token = rule(chooser, evidence, shortlist_bound(list, x, most, scale), q);
    if (token != UNCERTAIN || list->outside == 0) {
        return token;
    }
    chooser->counts.closer++;
    struct bound closer =
        shortlist_bound_closely(list, chooser->transformer->kernels, x, most, scale);
    return rule(chooser, evidence, closer, q);
}

static int choose_from_list(struct chooser *chooser, const float *x, int count, int row,
                            const struct question *q) {
    const struct model *model = chooser->transformer->model;
    const struct matrix *matrix = &model->shortlist.matrix;
    size_t dim = (size_t)model->shape.dim, rows = (size_t)tiles_rows(matrix->rows);
    if (row == 0) {
        tiles_multiply(chooser->transformer->kernels, chooser->logits, rows, x, dim, count, matrix);
    }
    bool exact = model->precision == PRECISION_F32;
    float *logits = chooser->logits + (size_t)row * rows;
    struct evidence evidence = weigh(chooser, logits, q, exact ? 0.0f : model->error);
    return judge(chooser, &evidence, x + (size_t)row * dim, q);
}

/* The short list again, from the float32 rows of the file. */
static int choose_from_exact_list(struct chooser *chooser, const float *x,
                                  const struct question *q) {
    const struct model *model = chooser->transformer->model;
    const struct shortlist *list = &model->shortlist;
    size_t dim = (size_t)model->shape.dim;
    for (int i = 0; i < list->matrix.rows; i++) {
        const float *row = model->wcls + (size_t)list->tokens[i] * dim;
        chooser->logits[i] = exact_dot(row, x, model->shape.dim);
    }
    struct evidence evidence = weigh(chooser, chooser->logits, q, 0.0f);
    return judge(chooser, &evidence, x, q);
}

/* Computes what is not yet the reference's, up to question->pos. */
static bool pass_again(struct chooser *chooser, const struct question *q, const float **x,
                       struct llama_error *error) {
    struct transformer *t = chooser->transformer;
    int first = chooser->exact, count = q->pos + 1 - first;
    if (!transformer_forward(t, q->tokens + first, count, first, PRECISION_F32, error)) {
        return false;
    }
    chooser->exact = q->pos + 1;
    *x = t->x + (size_t)(count - 1) * (size_t)t->model->shape.dim;
    return true;
}

bool chooser_choose(struct chooser *chooser, const float *x, int count, int row,
                    const struct question *question, int *token, bool *again,
                    struct llama_error *error) {
    const struct model *model = chooser->transformer->model;
    const float *own = x + (size_t)row * (size_t)model->shape.dim;
    *again = false;
    if (!model_wait(model, model->shape.n_layers, error)) {
        return false;
    }
    chooser->counts.tokens++;
    if (model->shortlist.matrix.rows == 0) {
        *token = choose_from_all(chooser, own, question);
        return true;
    }
    *token = choose_from_list(chooser, x, count, row, question);
    if (*token == UNCERTAIN && model->precision == PRECISION_Q16) {
        chooser->counts.passes++;
        if (!pass_again(chooser, question, &own, error)) {
            return false;
        }
        *again = true;
        *token = choose_from_exact_list(chooser, own, question);
    }
    if (*token == UNCERTAIN) {
        chooser->counts.all++;
        *again = true; /* the other rows' logits make room */
        *token = choose_from_all(chooser, own, question);
    }
    return true;
}
