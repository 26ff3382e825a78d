/* SPDX-License-Identifier: MIT */
/* Memory for a model that is read into it. */
#ifndef LLAMA_ALLOCATE_H
#define LLAMA_ALLOCATE_H

#include "model.h"

/*
 * Takes one block for `count` pieces of so many bytes, of which each begins a cache line, and an
 * array for the layers. Both belong to the model. False when there is not enough memory.
 */
bool allocate_pieces(struct model *model, void **pieces, const uint64_t *bytes, int count,
                     struct llama_error *error);

#endif
