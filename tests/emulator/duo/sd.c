// SPDX-License-Identifier: MIT
/* The first block of the card, as the SD host controller specification has it, by programmed I/O.
 */
#include "chip.h"

void check_card(void);

#define SD 0x04310000
#define BLOCKS 0x04 /* size, and in the upper half how many */
#define ARGUMENT 0x08
#define COMMAND 0x0c /* transfer mode, and in the upper half the command */
#define RESPONSE 0x10
#define DATA 0x20
#define POWER 0x28 /* the second of its bytes */
#define POWER_ON (0x0fu << 8)
#define CLOCK 0x2c
#define CLOCK_ON 1
#define CLOCK_IS_STABLE 2
#define CLOCK_TO_CARD 4
#define STATUS 0x30
#define STATUS_ENABLE 0x34
#define DONE 1
#define DATA_READY 0x20
#define ERROR 0x8000
#define READ 0x10

enum { NO_RESPONSE = 0, LONG = 0x09, BARE = 0x02, CHECKED = 0x1a, BUSY = 0x1b, WITH_DATA = 0x3a };

static uint32_t wait_for(uint32_t bits) {
    while (!(*reg(SD + STATUS) & (bits | ERROR))) {
    }
    return *reg(SD + STATUS) & ERROR;
}

static uint32_t command(uint32_t number, uint32_t flags, uint32_t argument) {
    *reg(SD + STATUS) = 0xffffffff;
    *reg(SD + ARGUMENT) = argument;
    *reg(SD + COMMAND) = number << 24 | flags << 16 | (flags == WITH_DATA ? READ : 0);
    if (wait_for(DONE)) {
        report("card: failed command", number);
    }
    return *reg(SD + RESPONSE);
}

static uint32_t identify(void) {
    command(0, NO_RESPONSE, 0);
    report("card", command(8, CHECKED, 0x1aa));
    do {
        command(55, CHECKED, 0);
    } while (!(command(41, BARE, 0x40300000) >> 31));
    command(2, LONG, 0);
    return command(3, CHECKED, 0) & 0xffff0000;
}

void check_card(void) {
    *reg(SD + POWER) = POWER_ON;
    *reg(SD + CLOCK) = CLOCK_ON;
    while (!(*reg(SD + CLOCK) & CLOCK_IS_STABLE)) {
    }
    *reg(SD + CLOCK) |= CLOCK_TO_CARD;
    *reg(SD + STATUS_ENABLE) = 0xffffffff;
    command(7, BUSY, identify());
    *reg(SD + BLOCKS) = 1 << 16 | 512;
    command(17, WITH_DATA, 0);
    (void)wait_for(DATA_READY);
    uint32_t word = 0;
    for (int i = 0; i < 128; i++) {
        word = *reg(SD + DATA);
    }
    report("signature", word >> 16);
}
