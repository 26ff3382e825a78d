// SPDX-License-Identifier: MIT
/* A second of a square wave out of the on-chip DAC: DMA, I2S 3, DAC. */
#include "dma.h"

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
#define RATE_HZ 16000
#define TONE_HZ 400
#define ITEMS 16
#define FRAMES (RATE_HZ / ITEMS)

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
        items[i].control = FROM_WIDTH(WIDTH_16);
    }
}

void check_sound(void) {
    fill();
    *reg(DAC + DAC_TICK) = TICK_64000;
    *reg(DAC + DAC_DECIMATION) = TO_16000_HZ;
    *reg(DAC) = 1;
    *reg(I2S + I2S_SLOTS) = STEREO;
    *reg(I2S + I2S_ENABLE) = 1;
    dma_begin(items, ITEMS);
    uint32_t is_on = dma_end();
    *reg(I2S + I2S_ENABLE) = 0;
    report("sound", is_on);
}
