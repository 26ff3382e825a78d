/* SPDX-License-Identifier: MIT */
/* Opens a legacy checkpoint, all of which is read to memory. */
#ifndef LLAMA_LEGACY_H
#define LLAMA_LEGACY_H

#include "model.h"

/* `model` has its file, which is closed when this is done. */
bool legacy_open(struct model *model, struct llama_error *error);

#endif
