/* SPDX-License-Identifier: MIT */
#include "chooser.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "certify.h"
#include "classifier.h"
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
    chooser->exps = calloc(rows, sizeof *chooser->exps);
    return (chooser->logits != NULL && chooser->exps != NULL) ||
           fail(error, "not enough memory to choose among %d tokens", shape->vocab_size);
}

void chooser_close(struct chooser *chooser) {
    sampler_close(&chooser->sampler);
    free(chooser->logits);
    free(chooser->exps);
    *chooser = (struct chooser){0};
}

void chooser_reset(struct chooser *chooser) {
    chooser->exact = 0;
    chooser->counts = (struct llama_certainty){0};
}

/* What is decided, and from what. */
struct decision {
    const struct question *question;
    const float *x;      /* what the pass left for this position */
    bool repeated;       /* by a pass that was made again in the reference's arithmetic */
    bool is_filtered;    /* what is refused does not count */
    struct bound hidden; /* of the rows in the list that were not asked for: see filter */
};

static bool is_out(const struct decision *d, int token) {
    return d->is_filtered && d->question->is_refused(d->question->user, token);
}

/* Everything that run.c does, on all rows. */
static bool choose_from_all(struct chooser *chooser, const struct decision *d, int *chosen,
                            struct llama_error *error) {
    const struct model *model = chooser->transformer->model;
    const struct question *q = d->question;
    float *logits = chooser->logits;
    int size = model->shape.vocab_size;
    if (!classifier_all(logits, chooser->exps, chooser->transformer, d->x, error)) {
        return false;
    }
    for (int i = 0; i < size; i++) {
        logits[i] = is_out(d, i) ? -INFINITY : logits[i];
    }
    int token = sampler_choose(&chooser->sampler, logits, q->temperature, q->topp, q->coin);
    chooser->was_choice =
        q->asks_choice && sampler_had_choice(&chooser->sampler, logits, q->temperature, q->topp);
    /* Where rounding leaves the sum below the coin, run.c takes the last: here, of the allowed. */
    while (token > 0 && is_out(d, token)) {
        token--;
    }
    *chosen = token;
    return true;
}

/* A number as good as -inf, which arithmetic can be done with. */
static const float NEVER = -FLT_MAX;

/*
 * Takes what is refused out of the short list. Asking is dear, and most rows hardly count: those
 * whose exp is below e^-REACH of the largest allowed one are not asked for, and join the rows
 * outside, of which only bounds are known.
 */
static void filter(struct decision *d, const struct shortlist *list, float *logits,
                   const struct kernels *k) {
    static const float REACH = 18.0f;
    int count = list->matrix.rows;
    float max = NEVER;
    d->hidden = SHORTLIST_NOTHING;
    for (bool again = true; again;) {
        max = k->max(logits, count);
        again = false;
        for (int i = 0; max > NEVER && !again && i < count; i++) {
            if (logits[i] == max && is_out(d, list->tokens[i])) {
                logits[i] = NEVER;
                again = true;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        if (logits[i] < max - REACH && logits[i] > NEVER) {
            d->hidden.max = fmaxf(d->hidden.max, logits[i]);
            d->hidden.mass += (double)expf(logits[i] - max);
            logits[i] = NEVER;
        } else if (logits[i] > NEVER && is_out(d, list->tokens[i])) {
            logits[i] = NEVER;
        }
    }
}

/*
 * The logits of the short list, divided by the temperature, and their exps. `exact`: they are the
 * reference's.
 */
static struct evidence weigh(struct chooser *chooser, float *logits, struct decision *d,
                             bool exact) {
    const struct model *model = chooser->transformer->model;
    const struct kernels *k = chooser->transformer->kernels;
    const struct shortlist *list = &model->shortlist;
    int count = list->matrix.rows;
    float temperature = d->question->temperature, scale = temperature == 0.0f ? 1.0f : temperature;
    for (int i = 0; scale != 1.0f && i < count; i++) {
        logits[i] /= scale;
    }
    if (d->is_filtered) {
        filter(d, list, logits, k);
    }
    struct evidence evidence = {
        .logits = logits,
        .exps = chooser->exps,
        .tokens = list->tokens,
        .count = count,
        .max = k->max(logits, count),
        .exact = exact,
        .error = (double)model->error / (double)scale,
        .vocab_size = model->shape.vocab_size,
    };
    k->exp(chooser->exps, logits, evidence.max, count);
    return evidence;
}

/* What the evidence says with these bounds of the rows outside. */
static int rule(struct chooser *chooser, struct evidence *evidence, struct bound outside,
                const struct decision *d) {
    const struct question *q = d->question;
    evidence->outside.max = fmaxf(outside.max, d->hidden.max);
    evidence->outside.mass = outside.mass + d->hidden.mass;
    return certify(evidence, chooser->sampler.candidates, q->temperature == 0.0f, q->topp, q->coin,
                   q->asks_choice ? &chooser->was_choice : NULL);
}

/* With cheap bounds, then with closer ones. Both hold as well where rows outside are refused. */
static int judge(struct chooser *chooser, struct evidence *evidence, const struct decision *d) {
    const struct shortlist *list = &chooser->transformer->model->shortlist;
    const struct question *q = d->question;
    float scale = q->temperature == 0.0f ? 1.0f : q->temperature, max = evidence->max;
    int token = rule(chooser, evidence, shortlist_bound(list, d->x, max, scale), d);
    if (token != UNCERTAIN || list->outside == 0) {
        return token;
    }
    chooser->counts.closer++;
    struct bound closer =
        shortlist_bound_closely(list, chooser->transformer->kernels, d->x, max, scale);
    return rule(chooser, evidence, closer, d);
}

/* From logits of the short list in the model's own precision. */
static int choose_from_list(struct chooser *chooser, float *logits, struct decision *d) {
    const struct model *model = chooser->transformer->model;
    struct evidence evidence = weigh(chooser, logits, d, model->precision == PRECISION_F32);
    return judge(chooser, &evidence, d);
}

/* The short list again, from the float32 rows of the file. */
static bool choose_from_exact_list(struct chooser *chooser, struct decision *d, int *token,
                                   struct llama_error *error) {
    const struct model *model = chooser->transformer->model;
    if (!classifier_rows(chooser->logits, chooser->transformer, d->x, &model->wcls.listed, error)) {
        return false;
    }
    struct evidence evidence = weigh(chooser, chooser->logits, d, true);
    *token = judge(chooser, &evidence, d);
    return true;
}

/* Computes what is not yet the reference's, up to the question's position. */
static bool pass_again(struct chooser *chooser, struct decision *d, struct llama_error *error) {
    struct transformer *t = chooser->transformer;
    const struct question *q = d->question;
    int first = chooser->exact, count = q->pos + 1 - first;
    chooser->counts.passes++;
    if (!transformer_forward(t, q->tokens + first, count, first, PRECISION_F32, error)) {
        return false;
    }
    chooser->exact = q->pos + 1;
    d->x = t->x + (size_t)(count - 1) * (size_t)t->model->shape.dim;
    d->repeated = true;
    return true;
}

/* Decides what the list in the model's own precision leaves open. */
static bool decide_exactly(struct chooser *chooser, struct decision *d, int *token,
                           struct llama_error *error) {
    const struct model *model = chooser->transformer->model;
    *token = UNCERTAIN;
    if (model->precision == PRECISION_Q16) {
        if ((!d->repeated && !pass_again(chooser, d, error)) ||
            !choose_from_exact_list(chooser, d, token, error)) {
            return false;
        }
    }
    if (*token != UNCERTAIN) {
        return true;
    }
    chooser->counts.all += model->shortlist.matrix.rows > 0;
    return choose_from_all(chooser, d, token, error);
}

/*
 * Decides from `logits` of the short list, where there are any, or else exactly, which sets *again.
 */
static bool decide(struct chooser *chooser, float *logits, struct decision *d, int *token,
                   bool *again, struct llama_error *error) {
    *token = logits == NULL ? UNCERTAIN : choose_from_list(chooser, logits, d);
    if (*token != UNCERTAIN) {
        return true;
    }
    *again = true; /* the other rows' logits make room */
    return decide_exactly(chooser, d, token, error);
}

/* Decides again, without what is refused. */
static bool decide_among_allowed(struct chooser *chooser, float *logits, struct decision *d,
                                 int *token, bool *again, struct llama_error *error) {
    const struct transformer *t = chooser->transformer;
    chooser->counts.refused++;
    d->is_filtered = true;
    if (d->repeated) {
        logits = NULL;
    } else if (logits != NULL) {
        /* They were divided by the temperature, or gave room to those of all rows. */
        tiles_multiply(t->kernels, logits, 0, d->x, 0, 1, &t->model->shortlist.matrix);
    }
    return decide(chooser, logits, d, token, again, error);
}

bool chooser_choose(struct chooser *chooser, const float *x, int count, int row,
                    const struct question *question, int *token, bool *again,
                    struct llama_error *error) {
    const struct transformer *t = chooser->transformer;
    const struct matrix *matrix = &t->model->shortlist.matrix;
    size_t dim = (size_t)t->model->shape.dim, rows = (size_t)tiles_rows(matrix->rows);
    float *logits = matrix->rows > 0 ? chooser->logits + (size_t)row * rows : NULL;
    struct decision decision = {
        .question = question, .x = x + (size_t)row * dim, .hidden = SHORTLIST_NOTHING};
    *again = false;
    if (!model_wait(t->model, t->model->shape.n_layers, error)) {
        return false;
    }
    chooser->counts.tokens++;
    if (row == 0 && logits != NULL) {
        tiles_multiply(t->kernels, logits, rows, x, dim, count, matrix);
    }
    if (!decide(chooser, logits, &decision, token, again, error)) {
        return false;
    }
    if (*token < 0 || question->is_refused == NULL ||
        !question->is_refused(question->user, *token)) {
        return true;
    }
    return decide_among_allowed(chooser, logits, &decision, token, again, error);
}
