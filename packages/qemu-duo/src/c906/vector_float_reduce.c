/*
 * Floating-point reductions of the vector unit: one element from all, in their order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector_float.h"

/* OPFVV */
enum {
    VFREDSUM = 0x01,
    VFREDOSUM = 0x03,
    VFREDMIN = 0x05,
    VFREDMAX = 0x07,
    VFWREDSUM = 0x31,
    VFWREDOSUM = 0x33,
};

/* What joins two elements; -1: it is no reduction. */
static int joining(const VectorOp *op) {
    if (op->funct3 != OPFVV) {
        return -1;
    }
    switch (op->funct6) {
    case VFREDSUM:
    case VFREDOSUM:
    case VFWREDSUM:
    case VFWREDOSUM:
        return VFADD;
    case VFREDMIN:
        return VFMIN;
    case VFREDMAX:
        return VFMAX;
    default:
        return -1;
    }
}

bool vector_float_reduce(VectorOp *op) {
    CPURISCVState *env = op->env;
    float_status *status = &env->fp_status;
    bool is_wide = op->funct6 >= VFWREDSUM;
    int funct6 = joining(op), sew = op->sew + is_wide;
    if (funct6 < 0 || sew > 3 || env->vstart || !vector_is_group(op->vs2, op->lmul)) {
        return false;
    }
    uint64_t sum = vector_get(env, op->vs1, 0, sew);
    for (uint32_t i = 0; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            uint64_t a = vector_get(env, op->vs2, i, op->sew);
            uint64_t wide_a = is_wide ? vector_float_widened(op->sew, a, status) : a;
            sum = vector_float_compute(funct6, sew, sum, wide_a, 0, status);
        }
    }
    vector_put_first(op, sew, sum);
    return true;
}
