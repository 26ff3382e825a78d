/* SPDX-License-Identifier: MIT */
/*
 * Products in half precision, for RVV 0.7.1 with registers of 128 bits: twice the columns of
 * float32 in the same time. A tile is of 32 columns, (depth, 32); a panel begins with a factor for
 * each row, by which its numbers were divided.
 */
#if defined __riscv && __riscv_xlen == 64
#define NAME(name) hibari_rvv07half_##name
#define LMUL_BITS 2
#define UNARY_FUNCT6 0x22
#define EXTRACT_FUNCT6 0x0c
#include "macros.inc"

	.option	arch, +zfh

	/* void widen(void *tile, const int8_t *weights, size_t apart, size_t depth) */
	function NAME(widen)
	li	t0, 4 * TILE
	li	t1, TILE
	li	t2, 2
1:	mv	t3, a0
	mv	t4, a1
	mv	t5, a3
2:	vsetvli	t6, t0, E8M4 /* four rows of a tile */
	prefetch AHEAD, t4
	vle8.v	v0, (t4)
	vwadd.vx v8, v0, zero
	vsetvli	t6, t0, E16M8
	unary	16, 8, FROM_INTEGER
	vsetvli	t6, t1, E16M2
	vse16.v	v16, (t3)
	addi	t3, t3, 4 * TILE
	vse16.v	v18, (t3)
	addi	t3, t3, 4 * TILE
	vse16.v	v20, (t3)
	addi	t3, t3, 4 * TILE
	vse16.v	v22, (t3)
	addi	t3, t3, 4 * TILE
	addi	t4, t4, 4 * TILE
	addi	t5, t5, -4
	bgtz	t5, 2b
	add	a1, a1, a2
	addi	a0, a0, 2 * TILE
	addi	t2, t2, -1
	bnez	t2, 1b
	ret

	/* float largest(const float *x, size_t count): of their absolute values */
	function NAME(largest)
	li	t0, 1
	vsetvli	t6, t0, E32M8
	vmv.v.i	v16, 0
1:	vsetvli	t0, a1, E32M8
	prefetch AHEAD, a0
	prefetch AHEAD + 64, a0
	vle32.v	v0, (a0)
	vfsgnjx.vv v0, v0, v0
	vfredmax.vs v16, v0, v16
	sub	a1, a1, t0
	slli	t0, t0, 2
	add	a0, a0, t0
	bnez	a1, 1b
	extract	FA0, 16
	ret

	/* void narrow(uint16_t *to, const float *x, float factor, size_t count):
	 * to[ROWS * i] = factor * x[i] */
	function NAME(narrow)
	li	t1, 2 * ROWS
1:	vsetvli	t0, a2, E32M8
	vle32.v	v0, (a1)
	vfmul.vf v0, v0, fa0
	vsetvli	t0, a2, E16M4
	unary	8, 0, NARROWER
	vsse16.v v8, (a0), t1
	sub	a2, a2, t0
	slli	t0, t0, 2
	add	a1, a1, t0
	add	a0, a0, t0
	add	a0, a0, t0
	add	a0, a0, t0
	bnez	a2, 1b
	ret

	/* As in rvv.inc, of 16 bits. */
	.macro	six weights, next, x, y
	vfmacc.vf v4, \x\()0, \weights
	vle16.v	\next, (a7)
	vfmacc.vf v8, \x\()1, \weights
	addi	a7, a7, 4 * TILE
	addi	a6, a6, 2 * ROWS
	vfmacc.vf v12, \x\()2, \weights
	flh	\y\()0, 0(a6)
	flh	\y\()1, 2(a6)
	vfmacc.vf v16, \x\()3, \weights
	flh	\y\()2, 4(a6)
	flh	\y\()3, 6(a6)
	vfmacc.vf v20, \x\()4, \weights
	flh	\y\()4, 8(a6)
	flh	\y\()5, 10(a6)
	prefetch AHEAD - 4 * TILE, a7
	vfmacc.vf v24, \x\()5, \weights
	.endm

	/* `count` columns of a row, from `at` bytes on: base + scales * factor * sums */
	.macro	columns sums, count, at
	vsetvli	t0, \count, E16M2
	unary	0, \sums, WIDER
	vsetvli	t0, \count, E32M4
	addi	t0, a5, \at
	vle32.v	v28, (t0)
	vfmul.vf v0, v0, fa0
	addi	t0, a2, \at
	vfmul.vv v0, v0, v28
	vle32.v	v28, (t0)
	addi	t0, a1, \at
	vfadd.vv v0, v0, v28
	vse32.v	v0, (t0)
	.endm

	/* A row of the result; the last one returns. */
	.macro	finish low, high
	flw	fa0, 0(t4)
	addi	t4, t4, 4
	columns	\low, t5, 0
	beqz	t3, 1f
	columns	\high, t3, 4 * TILE
1:	addi	t2, t2, -1
	beqz	t2, 2f
	add	a1, a1, a3
	add	a2, a2, a4
	.endm

	/* void multiply(const struct product *product) */
	function NAME(multiply)
	load_product
	li	t0, 2 * TILE
	vsetvli	t6, t0, E16M4
	clear_sums
	mv	t4, a6
	addi	a6, a6, HALF_HEADER
	vle16.v	v0, (a7)
	addi	a7, a7, 4 * TILE
	flh	fa0, 0(a6)
	flh	fa1, 2(a6)
	flh	fa2, 4(a6)
	flh	fa3, 6(a6)
	flh	fa4, 8(a6)
	flh	fa5, 10(a6)
	srli	t1, t1, 1
	slli	t2, t2, 1
	least	a0, t2, t1
	srli	t2, t2, 1
	sub	t1, t1, a0
	mv	t5, a1
	li	t6, 4 * TILE
1:	six	v0, v28, fa, ft
	prefetch 0, t5
	add	t5, t5, t6
	addi	a0, a0, -1
	sub	t6, a3, t6
	six	v28, v0, ft, fa
	bnez	a0, 1b
	beqz	t1, 3f
2:	six	v0, v28, fa, ft
	addi	t1, t1, -1
	six	v28, v0, ft, fa
	bnez	t1, 2b
3:	li	t0, TILE
	mv	t5, t3
	ble	t3, t0, 1f
	mv	t5, t0
1:	sub	t3, t3, t5
	finish	4, 6
	finish	8, 10
	finish	12, 14
	finish	16, 18
	finish	20, 22
	finish	24, 26
2:	ret
#endif
/* On every machine, or the linker makes the stack executable. */
	.section .note.GNU-stack, "", @progbits
