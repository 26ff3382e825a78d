/* SPDX-License-Identifier: MIT */
/* The same model in float32 and in 16 bits, and how far its logits are apart. */
#ifndef LLAMA_COMPARE_H
#define LLAMA_COMPARE_H

#include "teller.h"

struct comparison {
    struct teller exact, fast;
    float *exact_logits,
        *fast_logits; /* (padded rows of the list) of the position looked at last */
};

/* False, with the reason in `error`; comparison_close is due either way. */
bool comparison_open(struct comparison *comparison, const char *path, struct llama_error *error);

void comparison_close(struct comparison *comparison);

/* Both pass `count` tokens from position `pos` on, given those before them. */
bool comparison_pass(struct comparison *comparison, const int *tokens, int pos, int count,
                     struct llama_error *error);

/*
 * How far logits err, after a pass, at position `row` of it, as struct model has it. Of rows in
 * the list that is seen, of those outside it is a bound. Infinite, where there are no numbers.
 */
double comparison_error(struct comparison *comparison, int row);

/*
 * The least that may be claimed of the errors. To round a row to 16 bits moves its logit by a sum
 * of dim terms, each one of x times an error that lies anywhere in half the row's scale up or down:
 * scale |x| / sqrt(12) is the deviation of that sum. x is of length sqrt(dim) before the last
 * norm's weights, and no longer than these make it. Four deviations of the row with the largest
 * scale are what errors can be where stories have shown none; never 0.
 */
double comparison_floor(const struct comparison *comparison);

#endif
