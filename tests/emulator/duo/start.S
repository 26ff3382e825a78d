/* SPDX-License-Identifier: MIT */
/* What the boot ROM jumps to: the place of the vendor's first boot loader (BL2). */
    .section .text.start
    .globl _start
_start:
    la sp, stack_top
    call main
1:  j 1b

    .bss
    .align 4
    .skip 4096
stack_top:
