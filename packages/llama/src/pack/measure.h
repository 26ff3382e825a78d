/* SPDX-License-Identifier: MIT */
/* What the short list and the 16 bits are worth, on the model at hand. */
#ifndef LLAMA_MEASURE_H
#define LLAMA_MEASURE_H

#include "llama.h"

struct measured {
    /* Bound to go by of a logit's error in 16 bits against the likeliest one's: the greatest seen,
       times a margin. */
    float error;
    /* The part of the choices that the short list could not make, though its logits were exact. */
    float unsure;
};

/*
 * Lets the packed model at `path` tell stories in float32 and follows them in 16 bits. The file's
 * own bound of the error is not looked at.
 */
bool measure(struct measured *measured, const char *path, struct llama_error *error);

#endif
