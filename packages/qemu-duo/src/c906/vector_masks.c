/*
 * Instructions of the vector unit on masks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

/* OPMVV */
enum {
    VMPOPC = 0x14,
    VMFIRST = 0x15,
    VMUNARY = 0x16,
    VMANDNOT = 0x18,
    VMAND = 0x19,
    VMOR = 0x1a,
    VMXOR = 0x1b,
    VMORNOT = 0x1c,
    VMNAND = 0x1d,
    VMNOR = 0x1e,
    VMXNOR = 0x1f,
};

/* vs1 of VMUNARY */
enum { VMSBF = 1, VMSOF = 2, VMSIF = 3, VIOTA = 16, VID = 17 };

static bool logic(int funct6, bool a, bool b) {
    switch (funct6) {
    case VMANDNOT:
        return a && !b;
    case VMAND:
        return a && b;
    case VMOR:
        return a || b;
    case VMXOR:
        return a != b;
    case VMORNOT:
        return a || !b;
    case VMNAND:
        return !(a && b);
    case VMNOR:
        return !(a || b);
    default: /* VMXNOR */
        return a == b;
    }
}

static bool combine(VectorOp *op) {
    for (uint32_t i = op->env->vstart; i < op->env->vl; i++) {
        bool a = vector_mask(op, op->vs2, i), b = vector_mask(op, op->vs1, i);
        vector_put_mask(op, op->vd, i, logic(op->funct6, a, b));
    }
    vector_zero_mask_tail(op, op->vd);
    op->env->vstart = 0;
    return true;
}

/* x[rd] = how many bits are set, or where the first one is; -1: none is. */
static bool count(VectorOp *op) {
    int64_t set = 0, first = -1;
    if (op->vs1 || op->env->vstart) {
        return false;
    }
    for (uint32_t i = 0; i < op->env->vl; i++) {
        if (vector_takes(op, i) && vector_mask(op, op->vs2, i)) {
            set++;
            first = first < 0 ? i : first;
        }
    }
    if (op->vd) {
        op->env->gpr[op->vd] = op->funct6 == VMPOPC ? set : first;
    }
    return true;
}

/* Set before, including or only the first bit that is set. */
static bool set_first(VectorOp *op) {
    bool has_been = false;
    if (op->env->vstart) {
        return false;
    }
    for (uint32_t i = 0; i < op->env->vl; i++) {
        bool is_first = !has_been && vector_mask(op, op->vs2, i);
        if (!vector_takes(op, i)) {
            continue;
        }
        bool value = op->vs1 == VMSOF ? is_first : !has_been && (!is_first || op->vs1 == VMSIF);
        has_been = has_been || is_first;
        vector_put_mask(op, op->vd, i, value);
    }
    vector_zero_mask_tail(op, op->vd);
    return true;
}

/* The index of each element, or how many bits are set before it. */
static bool number(VectorOp *op) {
    uint64_t set = 0;
    bool is_iota = op->vs1 == VIOTA;
    if (!vector_is_target(op, op->lmul) || (is_iota && op->env->vstart) ||
        (is_iota ? vector_overlaps(op->vd, op->lmul, op->vs2, 0) : op->vs2 != 0) ||
        (is_iota && !op->is_unmasked && !op->vd)) {
        return false;
    }
    for (uint32_t i = op->env->vstart; i < op->env->vl; i++) {
        if (vector_takes(op, i)) {
            vector_put(op->env, op->vd, i, op->sew, is_iota ? set : i);
            set += vector_mask(op, op->vs2, i);
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    op->env->vstart = 0;
    return true;
}

bool vector_masks(VectorOp *op) {
    if (op->funct3 != OPMVV) {
        return false;
    }
    switch (op->funct6) {
    case VMPOPC:
    case VMFIRST:
        return count(op);
    case VMANDNOT ... VMXNOR:
        return combine(op);
    case VMUNARY:
        if (op->vs1 == VIOTA || op->vs1 == VID) {
            return number(op);
        }
        return op->vs1 >= VMSBF && op->vs1 <= VMSIF && set_first(op);
    default:
        return false;
    }
}
