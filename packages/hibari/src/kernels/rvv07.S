/* SPDX-License-Identifier: MIT */
/* RVV 0.7.1: the vector unit of T-Head's C906. */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) hibari_rvv07_##name
#define LMUL_BITS 2
#define UNARY_FUNCT6 0x22
#define EXTRACT_FUNCT6 0x0c
#include "rvv.inc"
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
