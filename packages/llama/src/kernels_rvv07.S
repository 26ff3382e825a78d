/* SPDX-License-Identifier: MIT */
/* RVV 0.7.1: the vector unit of T-Head's C906. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) rvv07_##name
	.set	E16M4, 1 << 2 | 2
	.set	E32M8, 2 << 2 | 3
	.set	WIDEN_FUNCT6, 0x22
#include "kernels_rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
