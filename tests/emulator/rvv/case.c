// SPDX-License-Identifier: MIT
/* What user program and bare program share. */
#include "case.h"

#define LOAD 0x07
#define STORE 0x27
#define RETURN 0x00008067

volatile uint64_t rvv_is_illegal;

void rvv_do(struct rvv_case *one, uint32_t *code) {
    uint32_t opcode = one->word & 0x7f;
    uint64_t offset = one->a0;
    if (opcode == LOAD || opcode == STORE) {
        one->a0 = (uint64_t)one->memory + offset;
    }
    code[0] = (uint32_t)one->word;
    code[1] = RETURN;
    __asm__ volatile("fence.i" ::: "memory");
    rvv_is_illegal = 0;
    rvv_run(one, code);
    one->vtype = rvv_is_illegal;
    if (one->a0 >= (uint64_t)one->memory) {
        one->a0 = offset;
    }
}
