// SPDX-License-Identifier: MIT
/* A USB device that cannot be trusted: it answers a host with descriptors and data that are damaged
 * in more and more places. The computer at the cable must live through it. */
#include "chip.h"

int main(void);

#define USB 0x04340000
#define GINTSTS 0x014
#define DCFG 0x800
#define DESCRIPTORS (1u << 23)
#define DCTL 0x804
#define DISCONNECTED 2
#define ENDPOINTS 16
#define IN_BASE 0x900u
#define OUT_BASE 0xb00u
#define ENDPOINT_SIZE 0x20
#define INTERRUPT 0x08
#define MEMORY 0x14
#define IS_ACTIVE (1u << 15)
#define TYPE_SHIFT 18
#define CLEAR_NAK (1u << 26)
#define ENABLE (1u << 31)
#define IS_LAST (1u << 27)
#define IS_SETUP (1u << 24)
#define SET_CONFIGURATION 9
#define SET_INTERFACE 11
#define ROUNDS 24
#define ROUND_TICKS (25000 * 400) /* of 25 MHz */
#define DATA_SIZE 4096

struct descriptor {
    volatile uint32_t status, buffer;
};

/* A serial port, a network card and a microphone. */
static const uint8_t configuration[] = {
    9,  2,    139,  0, 6,  1,  0,  0x80, 250,                    /* the configuration */
    9,  4,    0,    0, 0,  2,  2,  1,    0,                      /* ACM: control */
    5,  0x24, 6,    0, 1,                                        /* and the interface of its data */
    9,  4,    1,    0, 2,  10, 0,  0,    0,                      /* that one */
    7,  5,    0x81, 2, 0,  2,  0,  7,    5,    1,    2, 0, 2, 0, /* bulk, 512 bytes */
    9,  4,    2,    0, 0,  2,  13, 0,    0,                      /* NCM */
    5,  0x24, 6,    2, 3,                                        /* and its data */
    9,  4,    3,    0, 0,  10, 0,  1,    0,                      /* none at first */
    9,  4,    3,    1, 2,  10, 0,  1,    0,                      /* then bulk, too */
    7,  5,    0x82, 2, 0,  2,  0,  7,    5,    2,    2, 0, 2, 0,
    9,  4,    4,    0, 0,  1,  1,  0,    0,             /* audio control */
    9,  4,    5,    0, 0,  1,  2,  0,    0,             /* audio streaming: nothing at first */
    9,  4,    5,    1, 1,  1,  2,  0,    0,             /* then */
    11, 0x24, 2,    1, 1,  2,  16, 1,    0x80, 0x3e, 0, /* 16 bits, 16 kHz */
    9,  5,    0x83, 5, 64, 0,  4,  0,    0,             /* isochronous, each millisecond */
};
/* One frame for the network. */
static const uint8_t block[] = {
    'N', 'C', 'M', 'H', 12, 0, 0, 0, 88, 0, 12, 0, 'N', 'C', 'M', '0', 16, 0, 0, 0, 28, 0, 60, 0,
};

static struct descriptor *const lists = (struct descriptor *)0x80200000; /* IN, then OUT */
static uint8_t *const setup = (uint8_t *)0x80210000;
static uint8_t *const data[2] = {(uint8_t *)0x80220000, (uint8_t *)0x80230000};
static uint32_t state = 1;
static uint32_t wanted;
static uint32_t configured, selected;

static uint32_t any(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static uint64_t now(void) {
    uint64_t value;
    __asm__ volatile("csrr %0, time" : "=r"(value));
    return value;
}

static void fill(uint32_t damages) {
    for (size_t i = 0; i < DATA_SIZE; i++) {
        data[0][i] = i < sizeof(configuration) ? configuration[i] : 0;
        data[1][i] = i < sizeof(block) ? block[i] : 0;
    }
    for (uint32_t i = 0; i < damages; i++) {
        data[0][9 + any() % (sizeof(configuration) - 9)] = (uint8_t)any();
        data[1][any() % sizeof(block)] = (uint8_t)any();
    }
}

static void arm(uint32_t number, uint32_t is_out, uint32_t damages) {
    uintptr_t base = USB + (is_out ? OUT_BASE : IN_BASE) + number * ENDPOINT_SIZE;
    struct descriptor *list = &lists[2 * (number + is_out * ENDPOINTS)];
    *reg(base + INTERRUPT) = 0xffffffff;
    if (*reg(base) & ENABLE) {
        return;
    }
    uint32_t size = number ? (is_out ? 2048 : any() % 2 ? 88 : any() % 2048) : is_out ? 64 : wanted;
    uint8_t *place = number ? data[1] : is_out ? setup : data[0];
    list->status = size | IS_LAST;
    list->buffer = (uint32_t)(uintptr_t)place;
    if (damages && any() % 16 == 0) {
        list->status = any();
        list->buffer = any();
    }
    uint32_t type = number == 3 ? 1u : number ? 2u : 0u;
    uint32_t packet = number == 3 ? 64u : number ? 512u : 0u;
    *reg(base + MEMORY) = (uint32_t)(uintptr_t)list;
    *reg(base) = ENABLE | CLEAR_NAK | IS_ACTIVE | type << TYPE_SHIFT | packet;
}

static void hear(void) {
    struct descriptor *list = &lists[2 * ENDPOINTS];
    if (list->status & IS_SETUP) {
        list->status = 0;
        wanted = setup[0] & 0x80 ? (uint32_t)(setup[6] | setup[7] << 8) : 0;
        configured |= setup[1] == SET_CONFIGURATION;
        selected |= setup[1] == SET_INTERFACE;
    }
}

int main(void) {
    for (uint32_t round = 0; round < ROUNDS; round++) {
        fill(round);
        *reg(USB + DCFG) = DESCRIPTORS;
        *reg(USB + DCTL) = 0;
        uint64_t begun = now();
        while (now() - begun < ROUND_TICKS) {
            *reg(USB + GINTSTS) = 0xffffffff;
            hear();
            for (uint32_t number = 0; number < ENDPOINTS; number++) {
                arm(number, 0, round);
                arm(number, 1, round);
            }
        }
        if (round == 0) {
            report("configured", configured);
            report("selected", selected);
        }
        *reg(USB + DCTL) = DISCONNECTED;
    }
    say("the computer is alive\n");
    for (;;) {
    }
}
