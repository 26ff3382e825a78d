/* SPDX-License-Identifier: MIT */
/* Lists of blocks for the system DMA, between memory and an I2S port. */
#ifndef DMA_H
#define DMA_H

#include "chip.h"

struct item {
    volatile uint64_t from, to, transfers, next, control, unused[3];
};

#define WIDTH_16 1ull
#define WIDTH_32 2ull
#define FROM_WIDTH(width) ((width) << 8)

/* Chain the items and let the first channel begin them. */
void dma_begin(struct item *items, int count);

/* Whether the last of them is done. */
int dma_is_done(void);

/* Wait until it is; returns whether the channel is still on. */
uint32_t dma_end(void);

#endif
