// SPDX-License-Identifier: MIT
// Frame of a probe: the loop `measured`, called ROUNDS times, between two writes to standard output
// (marks). a0 is a buffer of BYTES bytes, a1 a second one, a2 is BYTES; a0-a7 and t0-t6 are free to
// use.
#ifndef ROUNDS
#define ROUNDS 64
#endif

// vsetvli for bytes, by its RVV 0.7.1 encoding of vtype: LMUL 1, 2, 4, 8.
#define M1 0
#define M2 1
#define M4 2
#define M8 3
#define VSETVLI(rd, rs, vtype) .insn i 0x57, 7, rd, rs, vtype
// vmpopc.m rd, vs2 of RVV 0.7.1 (vcpop.m of 1.0 has another encoding).
#define VMPOPC(rd, vs2) .insn r 0x57, 2, 0x29, rd, x0, vs2

.macro mark li a7, 64 li a0, 1 la a1, first li a2,
    1 ecall
        .endm

        .globl _start _start : li s2,
    ROUNDS la s0, first la s1,
    second
        // Touch every line, then one round beforehand: pages are there, caches are as the loop
        // leaves them.
        mv a0,
    s0 mv a1, s1 li a2, BYTES 2 : lb a3,
                                  (a0)lb a3,
                                  (a1)addi a0,
                                  a0,
                                  64 addi a1,
                                  a1,
                                  64 addi a2,
                                  a2,
                                  -64 bnez a2,
                                  2b mv a0,
                                  s0 mv a1,
                                  s1 li a2,
                                  BYTES call measured mark 1 : mv a0,
                                                               s0 mv a1,
                                                               s1 li a2,
                                                               BYTES call measured addi s2,
                                                               s2,
                                                               -1 bnez s2,
                                                               1b mark li a7,
                                                               93 li a0,
                                                               0 ecall

                                                                   .bss.balign 4096 first
    :.zero BYTES.balign 4096 second :.zero BYTES.text
