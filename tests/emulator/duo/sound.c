// SPDX-License-Identifier: MIT
/* A second of a square wave out of the on-chip DAC: DMA, I2S 3, DAC. */
#include "chip.h"

void check_sound(void);

#define I2S 0x04130000
#define I2S_SLOTS 0x0c
#define STEREO 2
#define I2S_ENABLE 0x18
#define I2S_FIFO 0xc0
#define DAC 0x0300a000
#define DAC_DECIMATION 4
#define TO_16000_HZ 2 /* 64 kHz >> 2 */
#define DAC_TICK 0x0c
#define TICK_64000 0x21
#define DMA 0x04330000
#define DMA_CONFIG 0x10
#define DMA_ENABLE 0x18
#define DMA_CHANNEL 0x100
#define DMA_NEXT 0x28
#define DMA_INT_ENABLE 0x80
#define DMA_INT_STATUS 0x88
#define LIST_DONE 2
#define WIDTH_16 1ull
#define FROM_WIDTH(width) ((width) << 8)
#define IS_LAST (1ull << 62)
#define RATE_HZ 16000
#define TONE_HZ 400
#define ITEMS 16
#define FRAMES (RATE_HZ / ITEMS)

struct item {
    volatile uint64_t from, to, transfers, next, control, unused[3];
};

static struct item *const items = (struct item *)0x80200000;
static int16_t *const samples = (int16_t *)0x80300000;

static void fill(void) {
    for (int i = 0; i < FRAMES; i++) {
        int16_t value = i / (RATE_HZ / TONE_HZ / 2) % 2 ? -10000 : 10000;
        samples[2 * i] = value;
        samples[2 * i + 1] = value;
    }
    for (int i = 0; i < ITEMS; i++) {
        items[i].from = (uintptr_t)samples;
        items[i].to = I2S + I2S_FIFO;
        items[i].transfers = 2 * FRAMES - 1;
        items[i].next = (uintptr_t)&items[i + 1];
        items[i].control = FROM_WIDTH(WIDTH_16) | (i == ITEMS - 1 ? IS_LAST : 0);
    }
}

void check_sound(void) {
    fill();
    *reg(DAC + DAC_TICK) = TICK_64000;
    *reg(DAC + DAC_DECIMATION) = TO_16000_HZ;
    *reg(DAC) = 1;
    *reg(I2S + I2S_SLOTS) = STEREO;
    *reg(I2S + I2S_ENABLE) = 1;
    *reg(DMA + DMA_CONFIG) = 1;
    *reg(DMA + DMA_CHANNEL + DMA_INT_ENABLE) = LIST_DONE;
    *reg(DMA + DMA_CHANNEL + DMA_NEXT) = (uint32_t)(uintptr_t)items;
    *reg(DMA + DMA_ENABLE) = 0x101;
    while (!(*reg(DMA + DMA_CHANNEL + DMA_INT_STATUS) & LIST_DONE)) {
    }
    *reg(I2S + I2S_ENABLE) = 0;
    report("sound", *reg(DMA + DMA_ENABLE) & 1);
}
