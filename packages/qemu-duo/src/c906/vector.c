/*
 * The vector unit of T-Head's C906: vsetvl, and which file carries out which instruction.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

#include "exec/exec-all.h"
#include "exec/helper-proto.h"

#define OP_V 0x57
#define VSETVL 0x40 /* upper 7 bits */

static void *place(CPURISCVState *env, int group, uint32_t index, int sew) {
    return (uint8_t *)env->vreg + group * C906_VLEN_BYTES + ((size_t)index << sew);
}

uint64_t vector_get(CPURISCVState *env, int group, uint32_t index, int sew) {
    return ldn_le_p(place(env, group, index, sew), 1 << sew);
}

void vector_put(CPURISCVState *env, int group, uint32_t index, int sew, uint64_t value) {
    stn_le_p(place(env, group, index, sew), 1 << sew, value);
}

int64_t vector_signed(uint64_t value, int sew) {
    return sextract64(value, 0, 8 << sew);
}

static uint32_t mask_bits(const VectorOp *op) {
    return (8 << op->sew) >> op->lmul;
}

bool vector_mask(const VectorOp *op, int reg, uint32_t index) {
    uint32_t bit = index * mask_bits(op);
    return vector_get(op->env, reg, bit / 8, 0) >> (bit % 8) & 1;
}

static void put_bit(CPURISCVState *env, int reg, uint32_t bit, bool value) {
    uint64_t byte = vector_get(env, reg, bit / 8, 0);
    vector_put(env, reg, bit / 8, 0, deposit64(byte, bit % 8, 1, value));
}

void vector_put_mask(const VectorOp *op, int reg, uint32_t index, bool value) {
    for (uint32_t i = 0; i < mask_bits(op); i++) {
        put_bit(op->env, reg, index * mask_bits(op) + i, value && !i);
    }
}

void vector_zero_mask_tail(const VectorOp *op, int reg) {
    uint32_t first = op->env->vl * mask_bits(op);
    for (uint32_t i = first; op->env->vl && i < 8 * C906_VLEN_BYTES; i++) {
        put_bit(op->env, reg, i, false);
    }
}

bool vector_takes(const VectorOp *op, uint32_t index) {
    return op->is_unmasked || vector_mask(op, 0, index);
}

bool vector_is_vv(const VectorOp *op) {
    return op->funct3 == OPIVV || op->funct3 == OPFVV || op->funct3 == OPMVV;
}

uint64_t vector_operand(const VectorOp *op, uint32_t index) {
    return vector_is_vv(op) ? vector_get(op->env, op->vs1, index, op->sew) : op->scalar;
}

bool vector_is_target(const VectorOp *op, int lmul) {
    return vector_is_group(op->vd, lmul) && (op->is_unmasked || lmul == 0 || op->vd);
}

bool vector_overlaps(int group, int lmul, int other, int other_lmul) {
    return group < other + (1 << other_lmul) && other < group + (1 << lmul);
}

bool vector_are_sources(const VectorOp *op, int lmul1, int lmul2) {
    return (!vector_is_vv(op) || vector_is_group(op->vs1, lmul1)) &&
           vector_is_group(op->vs2, lmul2);
}

bool vector_overlaps_sources(const VectorOp *op) {
    return vector_overlaps(op->vd, 0, op->vs2, op->lmul) ||
           (vector_is_vv(op) && vector_overlaps(op->vd, 0, op->vs1, op->lmul));
}

__int128 vector_round_shift(const VectorOp *op, __int128 value, int shift) {
    if (!shift) {
        return value;
    }
    bool half = value >> (shift - 1) & 1;
    bool below = (value & (((__int128)1 << (shift - 1)) - 1)) != 0;
    bool last = value >> shift & 1;
    switch (op->env->vxrm) {
    case 0: /* to nearest, half up */
        return (value >> shift) + half;
    case 1: /* to nearest, half to even */
        return (value >> shift) + (half && (below || last));
    case 2: /* down */
        return value >> shift;
    default: /* to odd */
        return (value >> shift) + (!last && (half || below));
    }
}

uint64_t vector_saturate(const VectorOp *op, __int128 value, int sew, bool is_signed) {
    int bits = 8 << sew;
    __int128 least = is_signed ? -((__int128)1 << (bits - 1)) : 0;
    __int128 most = ((__int128)1 << (is_signed ? bits - 1 : bits)) - 1;
    if (value < least || value > most) {
        op->env->vxsat = 1;
    }
    return MIN(MAX(value, least), most);
}

void vector_zero_tail(const VectorOp *op, int group, int sew, int lmul) {
    uint32_t end = (C906_VLEN_BYTES << lmul) >> sew;
    for (uint32_t i = op->env->vl; op->env->vl && i < end; i++) {
        vector_put(op->env, group, i, sew, 0);
    }
}

void vector_put_first(const VectorOp *op, int sew, uint64_t value) {
    for (uint32_t i = 0; op->env->vl && i < C906_VLEN_BYTES >> sew; i++) {
        vector_put(op->env, op->vd, i, sew, i ? 0 : value);
    }
}

bool vector_is_group(int number, int lmul) {
    return number % (1 << lmul) == 0;
}

static bool configure(VectorOp *op) {
    CPURISCVState *env = op->env;
    bool is_immediate = !(op->word >> 31);
    if (!is_immediate && op->word >> 25 != VSETVL) {
        return false;
    }
    uint64_t vtype = is_immediate ? extract32(op->word, 20, 11) : env->gpr[op->vs2];
    uint64_t sew = extract64(vtype, 2, 3), lmul = extract64(vtype, 0, 2);
    uint64_t largest = (C906_VLEN_BYTES << lmul) >> sew;
    env->vstart = 0;
    env->vill = vtype >> 5 || sew > 3;
    env->vtype = env->vill ? 0 : vtype;
    env->vl = env->vill ? 0 : op->vs1 ? MIN(env->gpr[op->vs1], largest) : largest;
    if (op->vd) {
        env->gpr[op->vd] = env->vl;
    }
    return true;
}

/* vmsleu, vmsgtu, vsaddu, and all shifts. */
static bool has_unsigned_immediate(const VectorOp *op) {
    switch (op->funct6) {
    case 0x1c:
    case 0x1e:
    case 0x20:
    case 0x25:
    case 0x28 ... 0x2f:
        return true;
    default:
        return false;
    }
}

static bool carry_out(VectorOp *op) {
    bool is_arithmetic = (op->word & 0x7f) == OP_V;
    if (is_arithmetic && op->funct3 == OPCFG) {
        return configure(op);
    }
    if (op->env->vill) {
        return false;
    }
    if (!is_arithmetic) {
        return vector_memory(op);
    }
    if (op->funct3 == OPFVV || op->funct3 == OPFVF) {
        return vector_float(op);
    }
    if (op->funct3 == OPIVX || op->funct3 == OPMVX) {
        op->scalar = op->env->gpr[op->vs1];
    } else if (op->funct3 == OPIVI) {
        op->scalar = has_unsigned_immediate(op) ? op->vs1 : sextract64(op->vs1, 0, 5);
    }
    return vector_integer(op) || vector_wide(op) || vector_compare(op) || vector_masks(op) ||
           vector_permute(op) || vector_reduce(op);
}

void helper_c906_vector(CPURISCVState *env, uint32_t word) {
    VectorOp op = {
        .env = env,
        .ra = GETPC(),
        .word = word,
        .vd = extract32(word, 7, 5),
        .vs1 = extract32(word, 15, 5),
        .vs2 = extract32(word, 20, 5),
        .funct3 = extract32(word, 12, 3),
        .funct6 = extract32(word, 26, 6),
        .is_unmasked = extract32(word, 25, 1),
        .sew = extract64(env->vtype, 2, 3),
        .lmul = extract64(env->vtype, 0, 2),
    };
    if (!(env->mstatus & C906_VS) || !carry_out(&op)) {
        riscv_raise_exception(env, RISCV_EXCP_ILLEGAL_INST, op.ra);
    }
    env->mstatus |= C906_VS; /* dirty */
}
