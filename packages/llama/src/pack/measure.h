/* SPDX-License-Identifier: MIT */
/* What the short list and the 16 bits are worth, on the model at hand. */
#ifndef LLAMA_MEASURE_H
#define LLAMA_MEASURE_H

#include "llama.h"

struct measured {
    /*
     * Bound to go by of a logit's error in 16 bits, see struct model: the largest seen, times a
     * margin; never 0, and infinite where the arithmetic gives no numbers.
     */
    float error;
    /* Positions that it was seen at: of generated texts, and of texts that no model would tell. */
    uint32_t generated, given;
    /* The part of the choices that the short list could not make, though its logits were exact. */
    float unsure;
};

/*
 * Lets the packed model at `path` read texts in float32 and in 16 bits: stories of its own at
 * several temperatures, long prompts, random and repeated tokens. The file's own bound of the error
 * is not looked at.
 */
bool measure(struct measured *measured, const char *path, struct llama_error *error);

#endif
