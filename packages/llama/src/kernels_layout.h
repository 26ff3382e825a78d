/* SPDX-License-Identifier: MIT */
/*
 * What the kernels in assembly know of kernels.h, whose C an assembler cannot read. That both agree
 * is asserted in kernels_choose.c.
 */
#ifndef LLAMA_KERNELS_LAYOUT_H
#define LLAMA_KERNELS_LAYOUT_H

/* Offsets in struct batch, in bytes. */
#define BATCH_OUT 0
#define BATCH_OUT_STRIDE 8
#define BATCH_X 16
#define BATCH_X_STRIDE 24
#define BATCH_COUNT 32

#define TILE_ROWS 32     /* TILE */
#define TOUCH_BYTES 1024 /* TOUCH */
#define LANE_BYTES 128   /* of LANES floats */

#endif
