/* SPDX-License-Identifier: MIT */
/*
 * errors PACKED SEED TEXTS LENGTH PART: reads texts of several kinds in float32 and in 16 bits, and
 * prints of each kind how many positions it had, the largest error of their logits, and at how
 * many it was more than PART of what the file's header says. Status 1 where there are such.
 *
 * Of rows outside the list it computes the logits, in double precision, and takes no bound.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rng.h"
#include "teller.h"
#include "tokenizer.h"

enum { EVERY = 16 }; /* positions of which one has its rows outside looked at */

/* How the next token comes: drawn at a temperature, by chance, or as `period` tokens before. */
static const struct kind {
    const char *name;
    float temperature; /* 0: not drawn */
    int period;        /* 0: never again */
    int told;          /* tokens that are drawn at temperature 1 before */
} KINDS[] = {
    {"told at 0.5", 0.5f, 0, 0},   {"told at 1", 1.0f, 0, 0},
    {"told at 3", 3.0f, 0, 0},     {"told at 5", 5.0f, 0, 0},
    {"one token", 0.0f, 1, 0},     {"two tokens in turn", 0.0f, 2, 0},
    {"random tokens", 0.0f, 0, 0}, {"one token in a story", 0.0f, 1, 30},
};

struct scan {
    struct teller exact, fast;
    float *exact_logits, *fast_logits, *row;
    int *tokens;
    uint64_t rng;
    double limit; /* of errors */
};

static bool open(struct scan *s, const char *path, uint64_t seed, struct llama_error *error) {
    *s = (struct scan){.rng = seed};
    if (!teller_open(&s->exact, path, PRECISION_F32, error) ||
        !teller_open(&s->fast, path, PRECISION_Q16, error) ||
        !model_wait(&s->exact.model, s->exact.model.shape.n_layers, error) ||
        !model_wait(&s->fast.model, s->fast.model.shape.n_layers, error)) {
        return false;
    }
    const struct shape *shape = &s->exact.model.shape;
    size_t rows = (size_t)tiles_rows(s->exact.model.shortlist.matrix.rows);
    s->exact_logits = calloc(rows, sizeof(float));
    s->fast_logits = calloc(rows, sizeof(float));
    s->row = calloc((size_t)shape->dim, sizeof(float));
    s->tokens = calloc((size_t)shape->seq_len + 1, sizeof(int));
    return s->exact_logits != NULL && s->fast_logits != NULL && s->row != NULL && s->tokens != NULL;
}

static void close_scan(struct scan *s) {
    free(s->exact_logits);
    free(s->fast_logits);
    free(s->row);
    free(s->tokens);
    teller_close(&s->exact);
    teller_close(&s->fast);
}

/* The least of the gaps between the logits of a row outside; no number when it cannot be read. */
static double least_outside(struct scan *s) {
    struct llama_error error;
    const struct model *model = &s->exact.model;
    double least = INFINITY;
    for (int token = 0; token < model->shape.vocab_size; token++) {
        if (shortlist_find(&model->shortlist, token) < 0) {
            double gap = 0.0;
            if (!model_row(s->row, model, &model->wcls, token, &s->exact.transformer.rows,
                           &error)) {
                return NAN;
            }
            for (int i = 0; i < model->shape.dim; i++) {
                gap += (double)s->row[i] *
                       ((double)s->fast.transformer.x[i] - (double)s->exact.transformer.x[i]);
            }
            least = fmin(least, gap);
        }
    }
    return least;
}

static double error_here(struct scan *s, bool with_outside) {
    double low = INFINITY, high = -INFINITY;
    const struct shortlist *list = &s->exact.model.shortlist;
    tiles_multiply(&kernels_portable, s->exact_logits, 0, s->exact.transformer.x, 0, 1,
                   &list->matrix);
    tiles_multiply(&kernels_portable, s->fast_logits, 0, s->fast.transformer.x, 0, 1,
                   &s->fast.model.shortlist.matrix);
    for (int i = 0; i < list->matrix.rows; i++) {
        double gap = (double)s->fast_logits[i] - (double)s->exact_logits[i];
        low = fmin(low, gap);
        high = fmax(high, gap);
    }
    double middle = 0.5 * (low + high), error = 0.5 * (high - low);
    double outside = with_outside ? middle - least_outside(s) : 0.0;
    return outside <= error ? error : outside;
}

static int draw(struct scan *s, float temperature) {
    const struct shortlist *list = &s->exact.model.shortlist;
    double sum = 0.0, part = 0.0, coin = (double)rng_f32(&s->rng);
    float max = kernels_portable.max(s->exact_logits, list->matrix.rows);
    for (int i = 0; i < list->matrix.rows; i++) {
        sum += exp((double)(s->exact_logits[i] - max) / (double)temperature);
    }
    int row = 0;
    while (row + 1 < list->matrix.rows && part < coin * sum) {
        part += exp((double)(s->exact_logits[row++] - max) / (double)temperature);
    }
    return list->tokens[row];
}

static int next(struct scan *s, const struct kind *kind, int pos) {
    if (kind->temperature > 0.0f || pos < kind->told) {
        return draw(s, kind->temperature > 0.0f ? kind->temperature : 1.0f);
    }
    if (kind->period > 0 && pos >= kind->told + kind->period) {
        return s->tokens[pos + 1 - kind->period];
    }
    return (int)(rng_u32(&s->rng) % (uint32_t)s->exact.model.shape.vocab_size);
}

struct finding {
    int positions, over;
    double max;
};

static bool read_text(struct scan *s, const struct kind *kind, int length, struct finding *found,
                      struct llama_error *error) {
    int room = s->exact.model.shape.seq_len, count = length < room ? length : room;
    s->tokens[0] = TOKEN_BOS;
    for (int pos = 0; pos < count; pos++) {
        if (!teller_pass(&s->exact, s->tokens, pos, 1, error) ||
            !teller_pass(&s->fast, s->tokens, pos, 1, error)) {
            return false;
        }
        double here = error_here(s, pos % EVERY == EVERY - 1);
        found->positions++;
        found->over += !(here <= s->limit);
        found->max = fmax(found->max, here);
        s->tokens[pos + 1] = next(s, kind, pos);
    }
    return true;
}

int main(int argc, char **argv) {
    struct scan scan;
    struct llama_error error = {"not enough memory"};
    bool good = argc == 6 && open(&scan, argv[1], strtoull(argv[2], NULL, 10), &error);
    scan.limit = good ? atof(argv[5]) * (double)scan.exact.model.error : 0.0;
    int over = 0;
    for (size_t i = 0; good && i < sizeof KINDS / sizeof *KINDS; i++) {
        struct finding found = {0};
        for (int text = 0; good && text < atoi(argv[3]); text++) {
            good = read_text(&scan, &KINDS[i], atoi(argv[4]), &found, &error);
        }
        printf("%s: %d positions, %.3g of %.3g, %d above it\n", KINDS[i].name, found.positions,
               found.max, scan.limit, found.over);
        over += found.over;
    }
    if (!good) {
        fprintf(stderr, "%s\n", error.text);
    } else {
        close_scan(&scan);
    }
    return good && over == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
