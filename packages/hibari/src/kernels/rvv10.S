/* SPDX-License-Identifier: MIT */
/* RVV 1.0. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) hibari_rvv10_##name
#define LMUL_BITS 3
#define UNARY_FUNCT6 0x12
#define EXTRACT_FUNCT6 0x10
#include "rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
