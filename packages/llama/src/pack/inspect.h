/* SPDX-License-Identifier: MIT */
/* Reads all of a checkpoint before anything is made of it. */
#ifndef LLAMA_INSPECT_H
#define LLAMA_INSPECT_H

#include "checkpoint.h"

/*
 * The file's sha256. False when a weight is no number or infinite, which a story cannot be told
 * with: the sentence names the tensor and the place in it.
 */
bool inspect(uint8_t hash[32], const struct checkpoint *checkpoint, struct llama_error *error);

#endif
