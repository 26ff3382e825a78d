/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_ROM_CODE_H
#define DUO_ROM_CODE_H

#include "boot_rom.h"

/* Where the ROM's instructions hand over to the emulator: up to three arguments, then these. */
#define DUO_ROM_CALLS (DUO_ROM + 0xf000)
#define DUO_CALL_NUMBER 32
#define DUO_CALL_RESULT 40

/* The functions of the ROM, 32 bytes apart, in this order. */
typedef enum {
    DUO_CALL_START,
    DUO_CALL_GET_BOOT_SRC,
    DUO_CALL_SET_BOOT_SRC,
    DUO_CALL_LOAD_IMAGE,
    DUO_CALL_FLASH_INIT,
    DUO_CALL_IMAGE_CRC,
    DUO_CALL_RETRIES,
    DUO_CALL_VERIFY_RSA,
    DUO_CALL_AES_DECRYPT,
    DUO_CALL_RESET,
    DUO_CALL_COUNT
} DuoRomCall;

/* Write the instructions of all functions, and those of a start and of traps. */
void duo_rom_code(uint32_t *code);

#endif
