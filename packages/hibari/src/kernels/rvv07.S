/* SPDX-License-Identifier: MIT */
/* RVV 0.7.1: the vector unit of T-Head's C906. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) hibari_rvv07_##name
	.set	E8M1, 0 << 2 | 0
	.set	E16M2, 1 << 2 | 1
	.set	E32M4, 2 << 2 | 2
	.set	E32M8, 2 << 2 | 3
	.set	WIDEN_FUNCT6, 0x22
#include "rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
