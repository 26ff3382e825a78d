/* SPDX-License-Identifier: MIT */
/*
 * Chooses the next token from some of the logits, or says that it cannot tell.
 *
 * What run.c chooses from all logits is certain from those of the short list when every decision
 * on the way (the largest logit, where the nucleus ends, which token the coin hits) keeps its
 * outcome whatever the rows outside and the errors of the logits are within their bounds. That
 * covers run.c's own rounding, too: its normaliser adds all probabilities one after the other in
 * float32 and loses those below half a unit in the last place of the sum.
 */
#ifndef LLAMA_CERTIFY_H
#define LLAMA_CERTIFY_H

#include "sampler.h"
#include "shortlist.h"

enum { UNCERTAIN = -2 };

struct evidence {
    const float *logits;   /* (count) of the short list, divided by the temperature */
    const float *exps;     /* (count) e^(logit - max) */
    const int32_t *tokens; /* (count) ascending */
    int count;             /* 0: nothing is known, nothing is certain */
    float max;             /* the largest of the logits */
    bool exact;            /* the logits are run.c's bits */
    double error;          /* else, when one number is added to all logits, in the list and
                              outside, each errs by this at most; it may be infinite */
    struct bound outside;  /* of all rows that have no logit here; mass relative to `max` */
    int vocab_size;
};

/*
 * The token, or UNCERTAIN. `room` holds evidence->count candidates. The likeliest token
 * (temperature 0) needs no exps, no mass and no coin. Where `is_choice` is not NULL, a token is
 * certain only together with what sampler_had_choice tells of it, which is put there.
 */
int certify(const struct evidence *evidence, struct candidate *room, bool likeliest, float topp,
            float coin, bool *is_choice);

#endif
