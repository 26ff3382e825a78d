/*
 * The boot ROM's few instructions: each function hands its arguments over to the emulator.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"

#include "rom_code.h"

#define ENTRY_WORDS 8 /* each function has 32 bytes */

/* Function n: arguments and number to the emulator, result back. */
static void write_function(uint32_t *word, DuoRomCall number) {
    word[0] = 0x000002b7 | DUO_ROM_CALLS; /* lui t0, DUO_ROM_CALLS */
    word[1] = 0x00a2b023;                 /* sd a0, 0(t0) */
    word[2] = 0x00b2b423;                 /* sd a1, 8(t0) */
    word[3] = 0x00c2b823;                 /* sd a2, 16(t0) */
    word[4] = 0x00000313 | number << 20;  /* li t1, number */
    word[5] = 0x0262b023;                 /* sd t1, DUO_CALL_NUMBER(t0) */
    word[6] = 0x0282b503;                 /* ld a0, DUO_CALL_RESULT(t0) */
    word[7] = 0x00008067;                 /* ret */
}

/* At DUO_CALL_RESET and after it: the way of all traps, and of a start that failed. */
void duo_rom_code(uint32_t *code) {
    for (DuoRomCall number = 0; number < DUO_CALL_COUNT; number++) {
        write_function(code + ENTRY_WORDS * number, number);
    }
    uint32_t *after = code + ENTRY_WORDS * DUO_CALL_COUNT;
    code[ENTRY_WORDS - 1] = 0x1240006f; /* j after: of DUO_CALL_START, which nobody called */
    after[0] = 0x00000297;              /* auipc t0, 0 */
    after[1] = 0xfe028293;              /* addi t0, t0, -32: the entry of DUO_CALL_RESET */
    after[2] = 0x30529073;              /* csrw mtvec, t0 */
    after[3] = 0x00050463;              /* beqz a0, after[5] */
    after[4] = 0x00050067;              /* jr a0 */
    after[5] = 0x00028067;              /* jr t0 */
    code[ENTRY_WORDS * DUO_CALL_RESET + 7] = 0x0000006f; /* j .: until the reset comes */
    QEMU_BUILD_BUG_ON(ENTRY_WORDS * 4 * DUO_CALL_COUNT != 0x1c + 0x124);
}
