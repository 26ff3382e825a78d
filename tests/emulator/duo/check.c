// SPDX-License-Identifier: MIT
/* Uses each device of the emulated chip and reports what it finds, a line each. */
#include "chip.h"

#define PARAM1 0x3c002000
#define BL2 0x3bc00000
#define BL2_IN_FIP 0x1000
#define SCRATCH ((uint8_t *)0x80100000)
#define CHIP_CONF_TARGET 0x0e00000c
#define MTIMECMP 0x74004000
#define TIMER_PENDING 0x80 /* in mip */
#define TICKS 25000        /* a millisecond */
#define HOUR (3600000ull * TICKS)
#define THERMOMETER 0x030e0020
#define CLOCK_GATES_1 0x03002004
#define UART4_CLOCK (1u << 23)
#define UART4 0x041c0000
#define GPIO_A 0x03020000
#define GPIO_C 0x03022000
#define GPIO_DIRECTION 4
#define GPIO_PINS 0x50
#define BUTTON (1u << 28)
#define LED (1u << 24)
#define WATCHDOG 0x03010000
#define WATCHDOG_TIMEOUT 4

void check_card(void);       /* sd.c */
void check_sound(void);      /* sound.c */
void check_microphone(void); /* microphone.c */

static uint32_t same_bytes(const uint8_t *a, const uint8_t *b, size_t size) {
    uint32_t same = 0;
    while (same < size && a[same] == b[same]) {
        same++;
    }
    return same;
}

static void check_rom(void) {
    report("boot source", rom_boot_src());
    report("PARAM1", *(volatile uint64_t *)PARAM1);
    report("chip_conf", *reg(CHIP_CONF_TARGET));
    report("crc", rom_crc("123456789", 9));
    report("loaded", (uint32_t)rom_load(SCRATCH, BL2_IN_FIP, 512));
    report("same", same_bytes(SCRATCH, (const uint8_t *)BL2, 512));
    report("beyond", rom_load(SCRATCH, 0x7ffffe00, 512) < 0);
}

static uint32_t pending(void) {
    uint64_t value;
    __asm__ volatile("csrr %0, mip" : "=r"(value));
    return value & TIMER_PENDING;
}

static uint64_t now(void) {
    uint64_t value;
    __asm__ volatile("csrr %0, time" : "=r"(value));
    return value;
}

static void ring_at(uint64_t time) {
    *reg(MTIMECMP + 4) = (uint32_t)(time >> 32);
    *reg(MTIMECMP) = (uint32_t)time;
}

/* An hour is early however late a busy PC is. */
static void check_timer(void) {
    ring_at(now() + HOUR);
    report("timer early", pending());
    uint64_t begun = now();
    ring_at(begun + TICKS);
    while (!pending()) {
    }
    report("timer late", now() - begun >= TICKS);
}

static void check_memory(void) {
    volatile uint64_t *last = (volatile uint64_t *)0x83fffff8;
    *last = 0x0123456789abcdef;
    report("last word", *last);
    report("shadow", *reg(BL2 - 0x30000000) == *reg(BL2));
    report("thermometer", *reg(THERMOMETER));
}

/* The test presses the button once it has read the first line. */
static void check_pins(void) {
    *reg(GPIO_C + GPIO_DIRECTION) |= LED;
    *reg(GPIO_C) |= LED;
    *reg(GPIO_C) &= ~LED;
    report("button", (*reg(GPIO_A + GPIO_PINS) & BUTTON) != 0);
    while (*reg(GPIO_A + GPIO_PINS) & BUTTON) {
    }
    report("pressed", (*reg(GPIO_A + GPIO_PINS) & BUTTON) == 0);
}

/* Uses a device whose clock it has switched off. */
static void check_clock(void) {
    *reg(CLOCK_GATES_1) &= ~UART4_CLOCK;
    report("gated", *reg(UART4 + 0x1c));
    *reg(CLOCK_GATES_1) |= UART4_CLOCK;
}

static void check_watchdog(void) {
    say("watchdog\n");
    *reg(WATCHDOG + WATCHDOG_TIMEOUT) = 0; /* 2^16 ticks of 25 MHz */
    *reg(WATCHDOG) = 1;
}

int main(void) {
    say("check\n");
    check_rom();
    check_timer();
    check_memory();
    check_card();
    check_sound();
    check_microphone();
    check_clock();
    check_pins();
    check_watchdog();
    return 0;
}
