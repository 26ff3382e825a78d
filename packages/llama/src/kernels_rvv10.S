/* SPDX-License-Identifier: MIT */
/* RVV 1.0. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) rvv10_##name
	.set	E16M4, 1 << 3 | 2
	.set	E32M8, 2 << 3 | 3
	.set	WIDEN_FUNCT6, 0x12
#include "kernels_rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
