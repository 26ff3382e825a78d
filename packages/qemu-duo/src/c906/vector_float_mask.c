/*
 * Comparisons of floating-point numbers by the vector unit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector_float.h"

enum {
    VMFEQ = 0x18,
    VMFLE = 0x19,
    VMFORD = 0x1a,
    VMFLT = 0x1b,
    VMFNE = 0x1c,
    VMFGT = 0x1d, /* OPFVF */
    VMFGE = 0x1f, /* OPFVF */
};

static bool is_comparison(const VectorOp *op) {
    if (op->funct6 == VMFGT || op->funct6 == VMFGE) {
        return op->funct3 == OPFVF;
    }
    return op->funct6 >= VMFEQ && op->funct6 <= VMFNE;
}

/* Equality and order or not are asked quietly: only of a signalling NaN is there a flag. */
static bool compared(const VectorOp *op, uint64_t a, uint64_t b) {
    float_status *status = &op->env->fp_status;
    bool is_quiet = op->funct6 == VMFEQ || op->funct6 == VMFNE || op->funct6 == VMFORD;
    FloatRelation relation = is_quiet ? OF_WIDTH(op->sew, compare_quiet, a, b, status)
                                      : OF_WIDTH(op->sew, compare, a, b, status);
    switch (op->funct6) {
    case VMFEQ:
        return relation == float_relation_equal;
    case VMFNE:
        return relation != float_relation_equal;
    case VMFORD:
        return relation != float_relation_unordered;
    case VMFLT:
        return relation == float_relation_less;
    case VMFLE:
        return relation == float_relation_less || relation == float_relation_equal;
    case VMFGT:
        return relation == float_relation_greater;
    default: /* VMFGE */
        return relation == float_relation_greater || relation == float_relation_equal;
    }
}

bool vector_float_mask(VectorOp *op) {
    CPURISCVState *env = op->env;
    if (!is_comparison(op) || !vector_are_sources(op, op->lmul, op->lmul) ||
        (op->lmul && vector_overlaps_sources(op))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            uint64_t a = vector_get(env, op->vs2, i, op->sew);
            vector_put_mask(op, op->vd, i, compared(op, a, vector_operand(op, i)));
        }
    }
    vector_zero_mask_tail(op, op->vd);
    env->vstart = 0;
    return true;
}
