/* SPDX-License-Identifier: MIT */
/* What the programs of this folder use of the chip: registers, console, functions of the ROM. */
#ifndef CHIP_H
#define CHIP_H

#include <stddef.h>
#include <stdint.h>

/* Functions of the boot ROM: fsbl/plat/cv180x/include/riscv/rom_api_refer.h of the SDK. */
#define ROM_GET_BOOT_SRC 0x04400020
#define ROM_LOAD_IMAGE 0x04400060
#define ROM_IMAGE_CRC 0x044000a0

static inline volatile uint32_t *reg(uintptr_t address) {
    return (volatile uint32_t *)address;
}

static inline uint32_t rom_boot_src(void) {
    return ((uint32_t (*)(void))ROM_GET_BOOT_SRC)();
}

/* Bytes of fip.bin to memory; below 0: failed. */
static inline int rom_load(void *to, uint32_t offset, size_t size) {
    return ((int (*)(void *, uint32_t, size_t, int))ROM_LOAD_IMAGE)(to, offset, size, 0);
}

static inline uint32_t rom_crc(const void *data, size_t size) {
    return ((uint32_t (*)(const void *, size_t))ROM_IMAGE_CRC)(data, size);
}

void say(const char *text);
void say_hex(uint64_t number);

/* One line: a name and a number. */
void report(const char *name, uint64_t number);

#endif
