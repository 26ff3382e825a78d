/* SPDX-License-Identifier: MIT */
#ifndef RVV_CASE_H
#define RVV_CASE_H

#include <stdint.h>

/* One instruction with all that it reads; afterwards, all that it wrote. Little endian. */
struct rvv_case {
    uint64_t word;
    uint64_t vtype; /* afterwards: 1 if the instruction was illegal */
    uint64_t vl;
    uint64_t a0; /* of a load or store: offset in memory */
    uint64_t a1;
    uint64_t a2; /* whichever x register an instruction writes */
    uint64_t fa0;
    uint64_t fa2;
    uint64_t
        fcsr; /* afterwards: and vxsat in bit 16, vxrm in bits 24 and 25, from their own CSRs */
    uint64_t vstart;
    uint8_t vectors[32 * 16];
    uint8_t memory[1024];
};

/* Carry it out (run.S). Returns without having done all of it if the instruction traps. */
void rvv_run(struct rvv_case *one, uint32_t *code);

/* Where a trap handler has to go on. */
void rvv_trapped(void);

/* All of it for one case; `code` is two words that may be written and run. */
void rvv_do(struct rvv_case *one, uint32_t *code);

extern volatile uint64_t rvv_is_illegal;

#endif
