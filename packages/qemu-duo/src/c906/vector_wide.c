/*
 * Integer instructions of the vector unit that double or halve the width.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

/* OPIVV, OPIVX, OPIVI */
enum {
    VNSRL = 0x2c,
    VNSRA = 0x2d,
    VNCLIPU = 0x2e,
    VNCLIP = 0x2f,
    VWSMACCU = 0x3c,
    VWSMACC = 0x3d,
    VWSMACCSU = 0x3e,
    VWSMACCUS = 0x3f,
};

/* OPMVV, OPMVX; odd: signed */
enum {
    VWADDU = 0x30,
    VWSUB = 0x33,
    VWADDU_W = 0x34,
    VWSUB_W = 0x37,
    VWMULU = 0x38,
    VWMULSU = 0x3a,
    VWMUL = 0x3b,
    VWMACCU = 0x3c,
    VWMACC = 0x3d,
    VWMACCSU = 0x3e,
    VWMACCUS = 0x3f,
};

static bool is_multiply_add(const VectorOp *op) {
    return op->funct6 >= VWMACCU;
}

static bool is_scalar_only(const VectorOp *op) {
    return op->funct6 == VWMACCUS;
}

/* Whether the operand of vs1 (the scalar), or that of vs2, has a sign. */
static bool is_b_signed(const VectorOp *op) {
    if (is_multiply_add(op)) {
        return op->funct6 == VWMACC || op->funct6 == VWMACCSU;
    }
    return op->funct6 & 1;
}

static bool is_a_signed(const VectorOp *op) {
    if (is_multiply_add(op)) {
        return op->funct6 == VWMACC || op->funct6 == VWMACCUS;
    }
    return op->funct6 & 1 || op->funct6 == VWMULSU;
}

static __int128 number(uint64_t value, int sew, bool is_signed) {
    return is_signed ? (__int128)vector_signed(value, sew)
                     : (__int128)(uint64_t)extract64(value, 0, 8 << sew);
}

/* d +- a * b, the product shifted right by half its width and rounded, saturated. */
static uint64_t saturating_add(const VectorOp *op, __int128 product, uint64_t d) {
    bool is_signed = op->funct6 != VWSMACCU;
    bool subtracts = op->funct6 == VWSMACCSU || op->funct6 == VWSMACCUS;
    __int128 scaled = vector_round_shift(op, product, 4 << op->sew);
    __int128 sum = number(d, op->sew + 1, is_signed) + (subtracts ? -scaled : scaled);
    return vector_saturate(op, sum, op->sew + 1, is_signed);
}

static uint64_t widened(const VectorOp *op, __int128 a, __int128 b, uint64_t d) {
    if (op->funct3 == OPIVV || op->funct3 == OPIVX) {
        return saturating_add(op, a * b, d);
    }
    if (is_multiply_add(op)) {
        return d + (uint64_t)(a * b);
    }
    if (op->funct6 >= VWMULU) {
        return a * b;
    }
    return op->funct6 & 2 ? a - b : a + b;
}

static bool is_widening(const VectorOp *op) {
    if (op->funct3 == OPIVV || op->funct3 == OPIVX) {
        return op->funct6 >= VWSMACCU && !(op->funct3 == OPIVV && is_scalar_only(op));
    }
    return (op->funct3 == OPMVV || op->funct3 == OPMVX) && op->funct6 >= VWADDU &&
           op->funct6 != VWMULU + 1 && !(op->funct3 == OPMVV && is_scalar_only(op));
}

static bool widen(VectorOp *op) {
    CPURISCVState *env = op->env;
    bool is_a_wide = op->funct3 >= OPMVV && op->funct3 != OPIVI && op->funct3 != OPIVX &&
                     op->funct6 >= VWADDU_W && op->funct6 <= VWSUB_W;
    int a_lmul = op->lmul + is_a_wide;
    if (op->sew == 3 || op->lmul == 3 || !vector_is_target(op, op->lmul + 1) ||
        !vector_are_sources(op, op->lmul, a_lmul) ||
        (vector_is_vv(op) && vector_overlaps(op->vd, op->lmul + 1, op->vs1, op->lmul)) ||
        (!is_a_wide && vector_overlaps(op->vd, op->lmul + 1, op->vs2, op->lmul))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        int a_sew = op->sew + is_a_wide;
        __int128 a = number(vector_get(env, op->vs2, i, a_sew), a_sew, is_a_signed(op));
        __int128 b = number(vector_operand(op, i), op->sew, is_b_signed(op));
        uint64_t d = vector_get(env, op->vd, i, op->sew + 1);
        if (vector_takes(op, i)) {
            vector_put(env, op->vd, i, op->sew + 1, widened(op, a, b, d));
        }
    }
    vector_zero_tail(op, op->vd, op->sew + 1, op->lmul + 1);
    env->vstart = 0;
    return true;
}

static uint64_t narrowed(const VectorOp *op, uint64_t a, int shift) {
    __int128 with_sign = number(a, op->sew + 1, true), without = number(a, op->sew + 1, false);
    switch (op->funct6) {
    case VNSRL:
        return without >> shift;
    case VNSRA:
        return with_sign >> shift;
    case VNCLIPU:
        return vector_saturate(op, vector_round_shift(op, without, shift), op->sew, false);
    default: /* VNCLIP */
        return vector_saturate(op, vector_round_shift(op, with_sign, shift), op->sew, true);
    }
}

static bool narrow(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (op->sew == 3 || op->lmul == 3 || !vector_is_target(op, op->lmul) ||
        !vector_are_sources(op, op->lmul, op->lmul + 1) ||
        vector_overlaps(op->vd, op->lmul, op->vs2, op->lmul + 1)) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        int shift = vector_operand(op, i) & ((16 << op->sew) - 1);
        if (vector_takes(op, i)) {
            uint64_t a = vector_get(env, op->vs2, i, op->sew + 1);
            vector_put(env, op->vd, i, op->sew, narrowed(op, a, shift));
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    env->vstart = 0;
    return true;
}

bool vector_wide(VectorOp *op) {
    bool is_opi = op->funct3 == OPIVV || op->funct3 == OPIVX || op->funct3 == OPIVI;
    if (is_opi && op->funct6 >= VNSRL && op->funct6 <= VNCLIP) {
        return narrow(op);
    }
    return is_widening(op) && widen(op);
}
