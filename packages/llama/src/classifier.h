/* SPDX-License-Identifier: MIT */
/* Logits in the reference's arithmetic, from what a pass left of a position. */
#ifndef LLAMA_CLASSIFIER_H
#define LLAMA_CLASSIFIER_H

#include "transformer.h"

/* Logits of the classifier's rows in one part of a packed model, or in memory. */
bool classifier_rows(float *logits, const struct transformer *t, const float *x,
                     const struct rows *rows, struct llama_error *error);

/* logits[vocab_size], in the order of their tokens; `room` holds as many floats. */
bool classifier_all(float *logits, float *room, const struct transformer *t, const float *x,
                    struct llama_error *error);

#endif
