/* SPDX-License-Identifier: MIT */
/* RVV 1.0. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) hibari_rvv10_##name
	.set	E8M1, 0 << 3 | 0
	.set	E16M2, 1 << 3 | 1
	.set	E32M4, 2 << 3 | 2
	.set	E32M8, 2 << 3 | 3
	.set	WIDEN_FUNCT6, 0x12
#include "rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
