/*
 * Instructions of the vector unit that move elements.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

/* OPIVV, OPIVX, OPIVI */
enum { VRGATHER = 0x0c, VSLIDEUP = 0x0e, VSLIDEDOWN = 0x0f };

/* OPMVV, OPMVX */
enum { VEXT_X = 0x0c, VMV_S_X = 0x0d, VSLIDE1UP = 0x0e, VSLIDE1DOWN = 0x0f, VCOMPRESS = 0x17 };

static uint32_t largest_vl(const VectorOp *op) {
    return (C906_VLEN_BYTES << op->lmul) >> op->sew;
}

/* An element of vs2; 0 beyond its end. */
static uint64_t element(const VectorOp *op, uint64_t index) {
    return index < largest_vl(op) ? vector_get(op->env, op->vs2, index, op->sew) : 0;
}

static uint64_t unsigned_scalar(const VectorOp *op) {
    return op->funct3 == OPIVI ? op->vs1 : op->scalar;
}

static bool gather(VectorOp *op) {
    if ((!op->is_unmasked && !op->vd) || !vector_is_target(op, op->lmul) ||
        !vector_are_sources(op, op->lmul, op->lmul) ||
        vector_overlaps(op->vd, op->lmul, op->vs2, op->lmul) ||
        (vector_is_vv(op) && vector_overlaps(op->vd, op->lmul, op->vs1, op->lmul))) {
        return false;
    }
    for (uint32_t i = op->env->vstart; i < op->env->vl; i++) {
        uint64_t index = vector_is_vv(op) ? vector_operand(op, i) : unsigned_scalar(op);
        if (vector_takes(op, i)) {
            vector_put(op->env, op->vd, i, op->sew, element(op, index));
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    op->env->vstart = 0;
    return true;
}

static bool slide_up(VectorOp *op, uint64_t distance, bool inserts) {
    if ((!op->is_unmasked && !op->vd) || !vector_is_target(op, op->lmul) ||
        !vector_are_sources(op, op->lmul, op->lmul) ||
        vector_overlaps(op->vd, op->lmul, op->vs2, op->lmul)) {
        return false;
    }
    for (uint32_t i = op->env->vstart; i < op->env->vl; i++) {
        if (vector_takes(op, i) && i >= distance) {
            vector_put(op->env, op->vd, i, op->sew, element(op, i - distance));
        } else if (vector_takes(op, i) && inserts) {
            vector_put(op->env, op->vd, i, op->sew, op->scalar);
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    op->env->vstart = 0;
    return true;
}

static bool slide_down(VectorOp *op, uint64_t distance, bool inserts) {
    if (!vector_is_target(op, op->lmul) || !vector_are_sources(op, op->lmul, op->lmul)) {
        return false;
    }
    for (uint32_t i = op->env->vstart; i < op->env->vl; i++) {
        bool is_last = inserts && i + 1 == op->env->vl;
        uint64_t at = distance < largest_vl(op) ? i + distance : largest_vl(op);
        if (vector_takes(op, i)) {
            vector_put(op->env, op->vd, i, op->sew, is_last ? op->scalar : element(op, at));
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    op->env->vstart = 0;
    return true;
}

static bool compress(VectorOp *op) {
    uint32_t kept = 0;
    if (op->env->vstart || !vector_is_group(op->vd, op->lmul) ||
        !vector_is_group(op->vs2, op->lmul) ||
        vector_overlaps(op->vd, op->lmul, op->vs2, op->lmul) ||
        vector_overlaps(op->vd, op->lmul, op->vs1, 0)) {
        return false;
    }
    for (uint32_t i = 0; i < op->env->vl; i++) {
        if (vector_mask(op, op->vs1, i)) {
            vector_put(op->env, op->vd, kept++, op->sew, element(op, i));
        }
    }
    for (; op->env->vl && kept < largest_vl(op); kept++) {
        vector_put(op->env, op->vd, kept, op->sew, 0);
    }
    return true;
}

/* x[rd] = one element of the first register; 0 beyond it. */
static bool extract(VectorOp *op) {
    uint64_t index = op->env->gpr[op->vs1];
    if (!op->is_unmasked) {
        return false;
    }
    if (op->vd) {
        bool is_inside = index < C906_VLEN_BYTES >> op->sew;
        op->env->gpr[op->vd] = is_inside ? vector_get(op->env, op->vs2, index, op->sew) : 0;
    }
    op->env->vstart = 0;
    return true;
}

/* The first element from a scalar, zeros in the rest of the register. */
static bool set_first(VectorOp *op) {
    if (!op->is_unmasked || op->vs2) {
        return false;
    }
    vector_put_first(op, op->sew, op->scalar);
    op->env->vstart = 0;
    return true;
}

static bool opm(VectorOp *op) {
    if (op->funct3 == OPMVV) {
        return op->funct6 == VCOMPRESS ? compress(op) : op->funct6 == VEXT_X && extract(op);
    }
    switch (op->funct6) {
    case VMV_S_X:
        return set_first(op);
    case VSLIDE1UP:
        return slide_up(op, 1, true);
    case VSLIDE1DOWN:
        return slide_down(op, 1, true);
    default:
        return false;
    }
}

bool vector_permute(VectorOp *op) {
    if (op->funct3 == OPMVV || op->funct3 == OPMVX) {
        return opm(op);
    }
    switch (op->funct6) {
    case VRGATHER:
        return gather(op);
    case VSLIDEUP:
        return !vector_is_vv(op) && slide_up(op, unsigned_scalar(op), false);
    case VSLIDEDOWN:
        return !vector_is_vv(op) && slide_down(op, unsigned_scalar(op), false);
    default:
        return false;
    }
}
