/*
 * Floating-point arithmetic of the vector unit: of one width, and with results of twice the width.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector_float.h"

/* Widening instructions. */
enum {
    VFWADD = 0x30,
    VFWSUB = 0x32,
    VFWADD_W = 0x34,
    VFWSUB_W = 0x36,
    VFWMUL = 0x38,
    VFWMACC = 0x3c,
    VFWNMSAC = 0x3f,
};

/* +-(b * (a or d)) +- (d or a) */
static uint64_t multiply_add(int funct6, int sew, uint64_t a, uint64_t b, uint64_t d,
                             float_status *status) {
    int low = funct6 & 3;
    int flags = (low & 1 ? float_muladd_negate_product : 0) |
                (low == 1 || low == 2 ? float_muladd_negate_c : 0);
    uint64_t factor = funct6 >= VFMACC ? a : d, added = funct6 >= VFMACC ? d : a;
    return OF_WIDTH(sew, muladd, b, factor, added, flags, status);
}

static uint64_t change_sign(int funct6, int sew, uint64_t a, uint64_t b) {
    uint64_t sign = 1ULL << ((8 << sew) - 1);
    switch (funct6) {
    case VFSGNJ:
        return (a & ~sign) | (b & sign);
    case VFSGNJN:
        return (a & ~sign) | (~b & sign);
    default: /* VFSGNJX */
        return a ^ (b & sign);
    }
}

uint64_t vector_float_compute(int funct6, int sew, uint64_t a, uint64_t b, uint64_t d,
                              float_status *status) {
    switch (funct6) {
    case VFADD:
        return OF_WIDTH(sew, add, a, b, status);
    case VFSUB:
        return OF_WIDTH(sew, sub, a, b, status);
    case VFRSUB:
        return OF_WIDTH(sew, sub, b, a, status);
    case VFMIN:
        return OF_WIDTH(sew, minnum, a, b, status);
    case VFMAX:
        return OF_WIDTH(sew, maxnum, a, b, status);
    case VFMUL:
        return OF_WIDTH(sew, mul, a, b, status);
    case VFDIV:
        return OF_WIDTH(sew, div, a, b, status);
    case VFRDIV:
        return OF_WIDTH(sew, div, b, a, status);
    case VFSGNJ ... VFSGNJX:
        return change_sign(funct6, sew, a, b);
    default: /* VFMADD to VFNMSAC */
        return multiply_add(funct6, sew, a, b, d, status);
    }
}

uint64_t vector_float_widened(int sew, uint64_t value, float_status *status) {
    return sew == 1 ? float16_to_float32(value, true, status) : float32_to_float64(value, status);
}

static bool is_of_one_width(const VectorOp *op) {
    switch (op->funct6) {
    case VFADD:
    case VFSUB:
    case VFMIN:
    case VFMAX:
    case VFSGNJ ... VFSGNJX:
    case VFMUL:
    case VFDIV:
    case VFMADD ... VFNMSAC:
        return true;
    case VFRSUB:
    case VFRDIV:
        return op->funct3 == OPFVF;
    default:
        return false;
    }
}

static bool same_width(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (!vector_is_target(op, op->lmul) || !vector_are_sources(op, op->lmul, op->lmul)) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        uint64_t a = vector_get(env, op->vs2, i, op->sew), b = vector_operand(op, i);
        uint64_t d = vector_get(env, op->vd, i, op->sew);
        if (vector_takes(op, i)) {
            uint64_t result = vector_float_compute(op->funct6, op->sew, a, b, d, &env->fp_status);
            vector_put(env, op->vd, i, op->sew, result);
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    env->vstart = 0;
    return true;
}

/* What a widening instruction does with widened operands; -1: it is none. */
static int of_widened(int funct6) {
    switch (funct6) {
    case VFWADD:
    case VFWADD_W:
        return VFADD;
    case VFWSUB:
    case VFWSUB_W:
        return VFSUB;
    case VFWMUL:
        return VFMUL;
    case VFWMACC ... VFWNMSAC:
        return VFMACC + funct6 - VFWMACC;
    default:
        return -1;
    }
}

static bool may_widen(const VectorOp *op, bool is_a_wide) {
    int lmul = op->lmul + 1;
    return op->sew < 3 && op->lmul < 3 && vector_is_target(op, lmul) &&
           vector_are_sources(op, op->lmul, op->lmul + is_a_wide) &&
           !(vector_is_vv(op) && vector_overlaps(op->vd, lmul, op->vs1, op->lmul)) &&
           (is_a_wide || !vector_overlaps(op->vd, lmul, op->vs2, op->lmul));
}

static bool widen(VectorOp *op) {
    CPURISCVState *env = op->env;
    float_status *status = &env->fp_status;
    int funct6 = of_widened(op->funct6), sew = op->sew + 1;
    bool is_a_wide = op->funct6 == VFWADD_W || op->funct6 == VFWSUB_W;
    if (!may_widen(op, is_a_wide)) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            uint64_t a = vector_get(env, op->vs2, i, op->sew + is_a_wide);
            uint64_t wide_a = is_a_wide ? a : vector_float_widened(op->sew, a, status);
            uint64_t b = vector_float_widened(op->sew, vector_operand(op, i), status);
            uint64_t d = vector_get(env, op->vd, i, sew);
            vector_put(env, op->vd, i, sew,
                       vector_float_compute(funct6, sew, wide_a, b, d, status));
        }
    }
    vector_zero_tail(op, op->vd, sew, op->lmul + 1);
    env->vstart = 0;
    return true;
}

bool vector_float_arithmetic(VectorOp *op) {
    if (is_of_one_width(op)) {
        return same_width(op);
    }
    return of_widened(op->funct6) >= 0 && widen(op);
}
