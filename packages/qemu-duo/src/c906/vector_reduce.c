/*
 * Integer reductions of the vector unit: one element from all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

/* OPMVV */
enum {
    VREDSUM = 0x00,
    VREDAND = 0x01,
    VREDOR = 0x02,
    VREDXOR = 0x03,
    VREDMINU = 0x04,
    VREDMIN = 0x05,
    VREDMAXU = 0x06,
    VREDMAX = 0x07,
};

/* OPIVV */
enum { VWREDSUMU = 0x30, VWREDSUM = 0x31 };

static uint64_t join(const VectorOp *op, uint64_t sum, uint64_t a) {
    int64_t signed_sum = vector_signed(sum, op->sew), signed_a = vector_signed(a, op->sew);
    switch (op->funct6) {
    case VREDSUM:
        return sum + a;
    case VREDAND:
        return sum & a;
    case VREDOR:
        return sum | a;
    case VREDXOR:
        return sum ^ a;
    case VREDMINU:
        return MIN(sum, a);
    case VREDMIN:
        return MIN(signed_sum, signed_a);
    case VREDMAXU:
        return MAX(sum, a);
    case VREDMAX:
        return MAX(signed_sum, signed_a);
    case VWREDSUMU:
        return sum + a;
    default: /* VWREDSUM */
        return sum + signed_a;
    }
}

bool vector_reduce(VectorOp *op) {
    CPURISCVState *env = op->env;
    bool is_wide = op->funct3 == OPIVV && (op->funct6 == VWREDSUMU || op->funct6 == VWREDSUM);
    bool is_same = op->funct3 == OPMVV && op->funct6 <= VREDMAX;
    int sew = op->sew + is_wide;
    if ((!is_wide && !is_same) || sew > 3 || env->vstart || !vector_is_group(op->vs2, op->lmul)) {
        return false;
    }
    uint64_t sum = vector_get(env, op->vs1, 0, sew);
    for (uint32_t i = 0; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            uint64_t a = vector_get(env, op->vs2, i, op->sew);
            sum = join(op, sum, a);
            sum = extract64(sum, 0, 8 << sew);
        }
    }
    vector_put_first(op, sew, sum);
    return true;
}
