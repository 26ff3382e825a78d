/* SPDX-License-Identifier: MIT */
/* Opens a packed model, and has it read while it already computes. */
#ifndef LLAMA_UNPACK_H
#define LLAMA_UNPACK_H

#include "model.h"

/* Parts that are read after the layers: the short list, what is outside, draft tokens. */
enum { UNPACK_OTHERS = 3 };

/* `model` has its file, which is a packed one. */
bool unpack_open(struct model *model, enum precision_request request, struct llama_error *error);

#endif
