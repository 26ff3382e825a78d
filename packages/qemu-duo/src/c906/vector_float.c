/*
 * Floating-point instructions of the vector unit: rounding, moves and merges; which file carries
 * out the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector_float.h"

enum {
    VFMV_F_S = 0x0c, /* OPFVV */
    VFMV_S_F = 0x0d, /* OPFVF */
    VFMERGE = 0x17,  /* OPFVF; unmasked: vfmv.v.f */
};

/* False: frm is none of the modes, which makes an instruction illegal. */
static bool set_rounding(CPURISCVState *env) {
    static const FloatRoundMode modes[] = {float_round_nearest_even, float_round_to_zero,
                                           float_round_down, float_round_up, float_round_ties_away};
    if (env->frm >= ARRAY_SIZE(modes)) {
        return false;
    }
    set_float_rounding_mode(modes[env->frm], &env->fp_status);
    return true;
}

/* f[rd] = the first element. */
static bool move_to_scalar(VectorOp *op) {
    if (op->vs1 || !op->is_unmasked) {
        return false;
    }
    uint64_t value = vector_get(op->env, op->vs2, 0, op->sew);
    op->env->fpr[op->vd] = value | ~extract64(UINT64_MAX, 0, 8 << op->sew);
    op->env->vstart = 0;
    return true;
}

/* The first element from a scalar, zeros in the rest of the register. */
static bool move_from_scalar(VectorOp *op) {
    if (op->vs2 || !op->is_unmasked) {
        return false;
    }
    vector_put_first(op, op->sew, op->scalar);
    op->env->vstart = 0;
    return true;
}

/* vfmerge takes the scalar where the mask is set, else vs2; vfmv takes it everywhere. */
static bool merge(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (!vector_is_target(op, op->lmul) || !vector_is_group(op->vs2, op->lmul) ||
        (op->is_unmasked && op->vs2) || (!op->is_unmasked && !set_rounding(env))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        uint64_t kept = vector_get(env, op->vs2, i, op->sew);
        vector_put(env, op->vd, i, op->sew, vector_takes(op, i) ? op->scalar : kept);
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    env->vstart = 0;
    return true;
}

static bool carry_out(VectorOp *op) {
    bool is_vv = op->funct3 == OPFVV;
    if (op->sew && is_vv && op->funct6 == VFMV_F_S) {
        return move_to_scalar(op);
    }
    if (op->sew && !is_vv && op->funct6 == VFMV_S_F) {
        return move_from_scalar(op);
    }
    if (op->sew && !is_vv && op->funct6 == VFMERGE) {
        return merge(op);
    }
    if (!set_rounding(op->env)) {
        return false;
    }
    return vector_float_unary(op) ||
           (op->sew &&
            (vector_float_arithmetic(op) || vector_float_mask(op) || vector_float_reduce(op)));
}

bool vector_float(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (!(env->mstatus & MSTATUS_FS)) {
        return false;
    }
    op->scalar = extract64(env->fpr[op->vs1], 0, 8 << op->sew);
    /* Translated code relies on the mode that a scalar instruction has set before. */
    FloatRoundMode scalar_mode = get_float_rounding_mode(&env->fp_status);
    bool is_done = carry_out(op);
    set_float_rounding_mode(scalar_mode, &env->fp_status);
    if (is_done) {
        env->mstatus |= MSTATUS_FS; /* dirty: a register or flags */
    }
    return is_done;
}
