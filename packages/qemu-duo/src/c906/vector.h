/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef C906_VECTOR_H
#define C906_VECTOR_H

#include "qemu/osdep.h"

#include "cpu.h"

/* The vector unit: RVV 0.7.1 with registers of 128 bits. */
#define C906_VLEN_BYTES 16

/* One instruction that is being carried out, taken apart. */
typedef struct VectorOp {
    CPURISCVState *env;
    uintptr_t ra; /* host's return address, for faults */
    uint32_t word;
    int vd, vs1, vs2, funct3, funct6;
    bool is_unmasked;
    int sew;         /* width of an element: log2 of its bytes */
    int lmul;        /* log2 of registers in a group */
    uint64_t scalar; /* x register, f register or immediate */
} VectorOp;

/* funct3 of an OP-V instruction. */
enum { OPIVV, OPFVV, OPMVV, OPIVI, OPIVX, OPFVF, OPMVX, OPCFG };

/* An element of a group of registers, zero-extended; `sew` is log2 of its bytes. */
uint64_t vector_get(CPURISCVState *env, int group, uint32_t index, int sew);
void vector_put(CPURISCVState *env, int group, uint32_t index, int sew, uint64_t value);

/* An element's value as a signed number. */
int64_t vector_signed(uint64_t value, int sew);

/* Whether element `index` takes part. */
bool vector_takes(const VectorOp *op, uint32_t index);

/* What stands for vs1: an element of it, x register, f register or immediate. */
uint64_t vector_operand(const VectorOp *op, uint32_t index);

/* The mask bit of an element: in RVV 0.7.1 the lowest of the SEW/LMUL bits that it owns. */
bool vector_mask(const VectorOp *op, int reg, uint32_t index);
void vector_put_mask(const VectorOp *op, int reg, uint32_t index, bool value);
void vector_zero_mask_tail(const VectorOp *op, int reg);

/* Zero what is after the last element: RVV 0.7.1 wants it. Does nothing if vl is 0. */
void vector_zero_tail(const VectorOp *op, int group, int sew, int lmul);

/* The first element of register vd, with zeros behind it. Does nothing if vl is 0. */
void vector_put_first(const VectorOp *op, int sew, uint64_t value);

/* Whether a register begins a group of 2^lmul. */
bool vector_is_group(int number, int lmul);
/* The same for what is written, which may not overlap the mask that is in use. */
bool vector_is_target(const VectorOp *op, int lmul);
/* Whether two groups have a register in common. */
bool vector_overlaps(int group, int lmul, int other, int other_lmul);
/* Whether vs1, if it is a register, and vs2 are groups. */
bool vector_are_sources(const VectorOp *op, int lmul1, int lmul2);
/* Whether the register vd is one of theirs. */
bool vector_overlaps_sources(const VectorOp *op);
bool vector_is_vv(const VectorOp *op);

/* value / 2^shift, rounded as vxrm says. */
__int128 vector_round_shift(const VectorOp *op, __int128 value, int shift);
/* A number in the range of an element; sets vxsat if it was not. */
uint64_t vector_saturate(const VectorOp *op, __int128 value, int sew, bool is_signed);

/* Each carries out a class of instructions. False: it has none such, or it is illegal. */
bool vector_memory(VectorOp *op);
bool vector_integer(VectorOp *op);
bool vector_wide(VectorOp *op);
bool vector_compare(VectorOp *op);
bool vector_masks(VectorOp *op);
bool vector_permute(VectorOp *op);
bool vector_reduce(VectorOp *op);
bool vector_float(VectorOp *op);

#endif
