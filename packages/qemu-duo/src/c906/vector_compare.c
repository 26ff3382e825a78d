/*
 * Instructions of the vector unit that write or add masks of integers: comparisons, carries,
 * merges.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

enum {
    VADC = 0x10,
    VMADC = 0x11,
    VSBC = 0x12,
    VMSBC = 0x13,
    VMERGE = 0x17, /* unmasked: vmv */
    VMSEQ = 0x18,
    VMSNE = 0x19,
    VMSLTU = 0x1a,
    VMSLT = 0x1b,
    VMSLEU = 0x1c,
    VMSLE = 0x1d,
    VMSGTU = 0x1e,
    VMSGT = 0x1f,
};

static bool compared(const VectorOp *op, uint64_t a, uint64_t b) {
    int64_t signed_a = vector_signed(a, op->sew), signed_b = vector_signed(b, op->sew);
    switch (op->funct6) {
    case VMSEQ:
        return a == b;
    case VMSNE:
        return a != b;
    case VMSLTU:
        return a < b;
    case VMSLT:
        return signed_a < signed_b;
    case VMSLEU:
        return a <= b;
    case VMSLE:
        return signed_a <= signed_b;
    case VMSGTU:
        return a > b;
    default: /* VMSGT */
        return signed_a > signed_b;
    }
}

static uint64_t other(const VectorOp *op, uint32_t index) {
    return extract64(vector_operand(op, index), 0, 8 << op->sew);
}

static bool compare(VectorOp *op) {
    CPURISCVState *env = op->env;
    bool is_greater = op->funct6 >= VMSGTU, is_less = op->funct6 == VMSLTU || op->funct6 == VMSLT;
    if ((is_greater && op->funct3 == OPIVV) || (is_less && op->funct3 == OPIVI) ||
        !vector_are_sources(op, op->lmul, op->lmul) || (op->lmul && vector_overlaps_sources(op))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            bool value = compared(op, vector_get(env, op->vs2, i, op->sew), other(op, i));
            vector_put_mask(op, op->vd, i, value);
        }
    }
    vector_zero_mask_tail(op, op->vd);
    env->vstart = 0;
    return true;
}

/* Bits 0 to SEW of the result are the sum, the one above them is carry or borrow. */
static unsigned __int128 add_with_carry(const VectorOp *op, uint32_t index) {
    unsigned __int128 a = vector_get(op->env, op->vs2, index, op->sew);
    unsigned __int128 b = other(op, index);
    bool carry = vector_mask(op, 0, index);
    return op->funct6 < VSBC ? a + b + carry : a - b - carry;
}

static bool carry(VectorOp *op) {
    CPURISCVState *env = op->env;
    bool gives_mask = op->funct6 == VMADC || op->funct6 == VMSBC;
    int lmul = gives_mask ? 0 : op->lmul;
    if ((op->funct6 >= VSBC && op->funct3 == OPIVI) || !op->is_unmasked ||
        !vector_is_group(op->vd, lmul) || (op->lmul && !gives_mask && !op->vd) ||
        !vector_are_sources(op, op->lmul, op->lmul) ||
        (gives_mask && vector_overlaps_sources(op))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        unsigned __int128 sum = add_with_carry(op, i);
        if (gives_mask) {
            vector_put_mask(op, op->vd, i, sum >> (8 << op->sew) & 1);
        } else {
            vector_put(env, op->vd, i, op->sew, sum);
        }
    }
    if (gives_mask) {
        vector_zero_mask_tail(op, op->vd);
    } else {
        vector_zero_tail(op, op->vd, op->sew, op->lmul);
    }
    env->vstart = 0;
    return true;
}

/* vmerge takes vs1 or the scalar where the mask is set, else vs2; vmv takes it everywhere. */
static bool merge(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (!vector_is_target(op, op->lmul) || !vector_are_sources(op, op->lmul, op->lmul) ||
        (op->is_unmasked && op->vs2)) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        uint64_t value = vector_takes(op, i) ? other(op, i) : vector_get(env, op->vs2, i, op->sew);
        vector_put(env, op->vd, i, op->sew, value);
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    env->vstart = 0;
    return true;
}

bool vector_compare(VectorOp *op) {
    if (op->funct3 == OPMVV || op->funct3 == OPMVX) {
        return false;
    }
    if (op->funct6 >= VADC && op->funct6 <= VMSBC) {
        return carry(op);
    }
    if (op->funct6 == VMERGE) {
        return merge(op);
    }
    return op->funct6 >= VMSEQ && op->funct6 <= VMSGT && compare(op);
}
