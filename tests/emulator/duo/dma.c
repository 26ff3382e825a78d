// SPDX-License-Identifier: MIT
#include "dma.h"

#define DMA 0x04330000
#define DMA_CONFIG 0x10
#define DMA_ENABLE 0x18
#define DMA_CHANNEL 0x100
#define DMA_NEXT 0x28
#define DMA_INT_ENABLE 0x80
#define DMA_INT_STATUS 0x88
#define DMA_INT_CLEAR 0x98
#define LIST_DONE 2
#define IS_LAST (1ull << 62)

void dma_begin(struct item *items, int count) {
    for (int i = 0; i < count; i++) {
        items[i].next = (uintptr_t)&items[i + 1];
    }
    items[count - 1].control |= IS_LAST;
    *reg(DMA + DMA_CONFIG) = 1;
    *reg(DMA + DMA_CHANNEL + DMA_INT_CLEAR) = LIST_DONE;
    *reg(DMA + DMA_CHANNEL + DMA_INT_ENABLE) = LIST_DONE;
    *reg(DMA + DMA_CHANNEL + DMA_NEXT) = (uint32_t)(uintptr_t)items;
    *reg(DMA + DMA_ENABLE) = 0x101;
}

int dma_is_done(void) {
    return (*reg(DMA + DMA_CHANNEL + DMA_INT_STATUS) & LIST_DONE) != 0;
}

uint32_t dma_end(void) {
    while (!dma_is_done()) {
    }
    return *reg(DMA + DMA_ENABLE) & 1;
}
