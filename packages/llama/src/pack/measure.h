/* SPDX-License-Identifier: MIT */
/* How far logits computed in 16 bits are from the reference's, on the model at hand. */
#ifndef LLAMA_MEASURE_H
#define LLAMA_MEASURE_H

#include "llama.h"

/*
 * Lets the packed model at `path` tell stories in float32 and follows them in 16 bits. *error_of
 * becomes the bound to go by: the greatest error seen of a logit against the likeliest one's, times
 * a margin. Computing without the bound must be possible: the file's own may be 0.
 */
bool measure_error(float *error_of, const char *path, struct llama_error *error);

#endif
