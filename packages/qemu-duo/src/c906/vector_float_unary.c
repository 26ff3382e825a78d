/*
 * Floating-point instructions of the vector unit with one operand: conversions, square roots,
 * classes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector_float.h"

#include "internals.h"

/* OPFVV */
enum { VFUNARY0 = 0x22, VFUNARY1 = 0x23 };

/* vs1 of VFUNARY0, a conversion: in bits 0 to 2 what into what, above which width changes. */
enum { TO_UNSIGNED, TO_SIGNED, FROM_UNSIGNED, FROM_SIGNED, TO_FLOAT };
enum { SAME, WIDER, NARROWER };

/* vs1 of VFUNARY1 */
enum { VFSQRT = 0x00, VFCLASS = 0x10 };

typedef struct Unary Unary;
struct Unary {
    uint64_t (*compute)(const Unary *unary, uint64_t value, float_status *status);
    int from, to; /* width of operand and result: log2 of bytes */
};

/* Exact, and a signalling NaN sets the flag that its conversion to an integer sets, too. */
static float64 as_double(int sew, uint64_t value, float_status *status) {
    return sew == 1   ? float16_to_float64(value, true, status)
           : sew == 2 ? float32_to_float64(value, status)
                      : value;
}

static uint64_t to_unsigned(const Unary *unary, uint64_t value, float_status *status) {
    switch (unary->to) {
    case 0:
        return float16_to_uint8(value, status);
    case 1:
        return float64_to_uint16(as_double(unary->from, value, status), status);
    case 2:
        return float64_to_uint32(as_double(unary->from, value, status), status);
    default:
        return float64_to_uint64(as_double(unary->from, value, status), status);
    }
}

static uint64_t to_signed(const Unary *unary, uint64_t value, float_status *status) {
    switch (unary->to) {
    case 0:
        return float16_to_int8(value, status);
    case 1:
        return float64_to_int16(as_double(unary->from, value, status), status);
    case 2:
        return float64_to_int32(as_double(unary->from, value, status), status);
    default:
        return float64_to_int64(as_double(unary->from, value, status), status);
    }
}

static uint64_t from_unsigned(const Unary *unary, uint64_t value, float_status *status) {
    return unary->to == 1   ? uint64_to_float16(value, status)
           : unary->to == 2 ? uint64_to_float32(value, status)
                            : uint64_to_float64(value, status);
}

static uint64_t from_signed(const Unary *unary, uint64_t value, float_status *status) {
    int64_t number = vector_signed(value, unary->from);
    return unary->to == 1   ? int64_to_float16(number, status)
           : unary->to == 2 ? int64_to_float32(number, status)
                            : int64_to_float64(number, status);
}

static uint64_t to_float(const Unary *unary, uint64_t value, float_status *status) {
    if (unary->to > unary->from) {
        return vector_float_widened(unary->from, value, status);
    }
    return unary->to == 1 ? float32_to_float16(value, true, status)
                          : float64_to_float32(value, status);
}

static uint64_t square_root(const Unary *unary, uint64_t value, float_status *status) {
    return OF_WIDTH(unary->from, sqrt, value, status);
}

static uint64_t class_of(const Unary *unary, uint64_t value, float_status *status) {
    return unary->from == 1   ? fclass_h(value)
           : unary->from == 2 ? fclass_s(value)
                              : fclass_d(value);
}

static bool find_conversion(const VectorOp *op, Unary *unary) {
    static uint64_t (*const conversions[])(const Unary *, uint64_t, float_status *) = {
        to_unsigned, to_signed, from_unsigned, from_signed, to_float};
    int kind = op->vs1 & 7, width = op->vs1 >> 3;
    if (kind > TO_FLOAT || width > NARROWER || (kind == TO_FLOAT && width == SAME)) {
        return false;
    }
    bool is_from_float = kind != FROM_UNSIGNED && kind != FROM_SIGNED;
    unary->compute = conversions[kind];
    unary->from = op->sew + (width == NARROWER);
    unary->to = op->sew + (width == WIDER);
    return (!is_from_float || unary->from) && (kind < FROM_UNSIGNED || unary->to);
}

static bool find(const VectorOp *op, Unary *unary) {
    if (op->funct3 != OPFVV || op->funct6 != VFUNARY1) {
        return op->funct3 == OPFVV && op->funct6 == VFUNARY0 && find_conversion(op, unary);
    }
    unary->compute = op->vs1 == VFSQRT ? square_root : class_of;
    unary->from = unary->to = op->sew;
    return op->sew && (op->vs1 == VFSQRT || op->vs1 == VFCLASS);
}

bool vector_float_unary(VectorOp *op) {
    CPURISCVState *env = op->env;
    Unary unary;
    if (!find(op, &unary)) {
        return false;
    }
    int from_lmul = op->lmul + unary.from - op->sew, to_lmul = op->lmul + unary.to - op->sew;
    if (MAX(unary.from, unary.to) > 3 || MAX(from_lmul, to_lmul) > 3 ||
        !vector_is_target(op, to_lmul) || !vector_is_group(op->vs2, from_lmul) ||
        (from_lmul != to_lmul && vector_overlaps(op->vd, to_lmul, op->vs2, from_lmul))) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        if (vector_takes(op, i)) {
            uint64_t value = vector_get(env, op->vs2, i, unary.from);
            uint64_t result = unary.compute(&unary, value, &env->fp_status);
            vector_put(env, op->vd, i, unary.to, result);
        }
    }
    vector_zero_tail(op, op->vd, unary.to, to_lmul);
    env->vstart = 0;
    return true;
}
