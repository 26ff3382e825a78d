/* SPDX-License-Identifier: MIT */
    .option norelax
    .text
    .globl _start
_start:
    la sp, stack_top
    la t0, trap
    csrw mtvec, t0
    li t0, 0x01806000           /* FS and the C906's VS: dirty */
    csrs mstatus, t0
    call main

    .align 2
trap:                           /* the only traps are illegal instructions */
    la t0, rvv_is_illegal
    li t1, 1
    sd t1, 0(t0)
    la t0, rvv_trapped
    csrw mepc, t0
    mret

    .bss
    .align 4
stack:
    .skip 4096
stack_top:
