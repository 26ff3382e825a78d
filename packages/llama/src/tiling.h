/* SPDX-License-Identifier: MIT */
/* Layers of a legacy checkpoint as tiles. */
#ifndef LLAMA_TILING_H
#define LLAMA_TILING_H

#include "checkpoint.h"

/* Floats that `room` must hold. */
size_t tiling_room(const struct shape *shape);

/*
 * Reads one of the LAYER_MATRICES of a layer into `tiles`, which has room for it, padding counted.
 */
bool tiling_read(float *tiles, const struct checkpoint *checkpoint, int layer, int matrix,
                 float *room, struct llama_error *error);

#endif
