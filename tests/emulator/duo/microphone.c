// SPDX-License-Identifier: MIT
/* Half a second from the microphone, of one channel: on-chip ADC, I2S 0, DMA. */
#include "dma.h"

void check_microphone(void);

#define I2S 0x04100000
#define I2S_SLOTS 0x0c
#define MONO 1
#define I2S_ENABLE 0x18
#define I2S_FIFO 0x80
#define CLOCK 0x04130060 /* of I2S 3: the ADC runs on its clock */
#define CLOCK_ON 0x180
#define ADC 0x0300a100
#define ADC_ON 3
#define ADC_DECIMATION 0x04
#define TO_16000_HZ 2 /* 64 kHz >> 2 */
#define ADC_CLOCK 0x0c
#define TICK_64000 (0x21u << 16)
#define ADC_GAIN 0x10
#define GAIN_12_DB 0x00400040u
#define GAIN_24_DB 0x10001000u
#define ADC_MUTE 0x18
#define BOTH 3
#define MILLISECOND 25000 /* of the CSR time */
#define ITEMS 10
#define FRAMES 800 /* of an item: 50 ms */

static struct item *const items = (struct item *)0x80200000;
static volatile int16_t *const samples = (int16_t *)0x80300000;

static uint64_t now(void) {
    uint64_t value;
    __asm__ volatile("csrr %0, time" : "=r"(value));
    return value;
}

static void begin(void) {
    for (int i = 0; i < ITEMS; i++) {
        items[i].from = I2S + I2S_FIFO;
        items[i].to = (uintptr_t)&samples[i * FRAMES];
        items[i].transfers = FRAMES / 2 - 1;
        items[i].control = FROM_WIDTH(WIDTH_32);
    }
    dma_begin(items, ITEMS);
}

/* How often the sound crosses zero; what is silent stands still. */
static uint32_t crossings(void) {
    uint32_t count = 0;
    for (int i = 1; i < ITEMS * FRAMES; i++) {
        count += samples[i - 1] > 0 && samples[i] < 0;
        count += samples[i - 1] < 0 && samples[i] > 0;
    }
    return count;
}

static uint32_t loudest(void) {
    int most = 0;
    for (int i = 0; i < ITEMS * FRAMES; i++) {
        most = samples[i] > most ? samples[i] : most;
    }
    return (uint32_t)most;
}

static uint32_t record(void) {
    *reg(I2S + I2S_ENABLE) = 1;
    begin();
    uint32_t is_on = dma_end();
    *reg(I2S + I2S_ENABLE) = 0;
    return is_on;
}

void check_microphone(void) {
    *reg(ADC + ADC_CLOCK) = TICK_64000;
    *reg(ADC + ADC_DECIMATION) = TO_16000_HZ;
    *reg(ADC + ADC_GAIN) = GAIN_12_DB;
    *reg(ADC) = ADC_ON;
    *reg(I2S + I2S_SLOTS) = MONO;
    *reg(I2S + I2S_ENABLE) = 1;
    begin();
    for (uint64_t begun = now(); now() - begun < 600 * MILLISECOND;) {
    }
    report("without a clock", (uint32_t)dma_is_done());
    uint64_t begun = now();
    *reg(CLOCK) = CLOCK_ON;
    report("recorded", dma_end());
    report("in time", now() - begun > 450 * MILLISECOND);
    *reg(I2S + I2S_ENABLE) = 0;
    report("crossings", crossings());
    report("level", loudest());
    *reg(ADC + ADC_GAIN) = GAIN_24_DB;
    record();
    report("crossings again", crossings());
    report("louder", loudest());
    *reg(ADC + ADC_MUTE) = BOTH;
    record();
    report("muted", loudest());
}
