// SPDX-License-Identifier: MIT
/* The console: UART 0, a 16550 with registers of 32 bits. */
#include "chip.h"

#define UART0 0x04140000
#define LINE_STATUS 0x14
#define HAS_ROOM 0x20

static void put(char letter) {
    while (!(*reg(UART0 + LINE_STATUS) & HAS_ROOM)) {
    }
    *reg(UART0) = (uint8_t)letter;
}

void say(const char *text) {
    for (; *text; text++) {
        put(*text);
    }
}

void say_hex(uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4) {
        if (shift == 0 || number >> shift) {
            put("0123456789abcdef"[number >> shift & 15]);
        }
    }
}

void report(const char *name, uint64_t number) {
    say(name);
    say("=");
    say_hex(number);
    say("\n");
}
