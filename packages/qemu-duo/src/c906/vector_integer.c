/*
 * Integer instructions of the vector unit whose operands and results have one width.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

typedef __int128 Wide;

/* An instruction's operands for one element, without and with sign. */
typedef struct Element {
    const VectorOp *op;
    uint64_t a, b, d; /* of vs2, of vs1 or the scalar, of vd */
    int64_t sa, sb;
} Element;

/* OPIVV, OPIVX, OPIVI */
enum {
    VADD = 0x00,
    VSUB = 0x02,
    VRSUB = 0x03,
    VMINU = 0x04,
    VMIN = 0x05,
    VMAXU = 0x06,
    VMAX = 0x07,
    VAND = 0x09,
    VOR = 0x0a,
    VXOR = 0x0b,
    VSADDU = 0x20,
    VSADD = 0x21,
    VSSUBU = 0x22,
    VSSUB = 0x23,
    VAADD = 0x24,
    VSLL = 0x25,
    VASUB = 0x26,
    VSMUL = 0x27,
    VSRL = 0x28,
    VSRA = 0x29,
    VSSRL = 0x2a,
    VSSRA = 0x2b,
};

/* OPMVV, OPMVX */
enum {
    VDIVU = 0x20,
    VDIV = 0x21,
    VREMU = 0x22,
    VREM = 0x23,
    VMULHU = 0x24,
    VMUL = 0x25,
    VMULHSU = 0x26,
    VMULH = 0x27,
    VMADD = 0x29,
    VNMSUB = 0x2b,
    VMACC = 0x2d,
    VNMSAC = 0x2f,
};

/* Forms that an instruction of OPI has: bits of funct3. */
enum { VV = 1 << OPIVV, VX = 1 << OPIVX, VI = 1 << OPIVI };

static int forms_of(int funct6) {
    switch (funct6) {
    case VADD:
    case VAND:
    case VOR:
    case VXOR:
    case VSADDU:
    case VSADD:
    case VAADD:
    case VSLL:
    case VSRL:
    case VSRA:
    case VSSRL:
    case VSSRA:
        return VV | VX | VI;
    case VRSUB:
        return VX | VI;
    case VSUB:
    case VMINU:
    case VMIN:
    case VMAXU:
    case VMAX:
    case VSSUBU:
    case VSSUB:
    case VASUB:
    case VSMUL:
        return VV | VX;
    default:
        return 0;
    }
}

static int shift_of(const Element *e) {
    return e->b & ((8 << e->op->sew) - 1);
}

static uint64_t logic(int funct6, const Element *e) {
    switch (funct6) {
    case VADD:
        return e->a + e->b;
    case VSUB:
        return e->a - e->b;
    case VRSUB:
        return e->b - e->a;
    case VMINU:
        return MIN(e->a, e->b);
    case VMIN:
        return MIN(e->sa, e->sb);
    case VMAXU:
        return MAX(e->a, e->b);
    case VMAX:
        return MAX(e->sa, e->sb);
    case VAND:
        return e->a & e->b;
    case VOR:
        return e->a | e->b;
    default: /* VXOR */
        return e->a ^ e->b;
    }
}

static uint64_t fixed_point(int funct6, const Element *e) {
    const VectorOp *op = e->op;
    switch (funct6) {
    case VSADDU:
        return vector_saturate(op, (Wide)e->a + e->b, op->sew, false);
    case VSADD:
        return vector_saturate(op, (Wide)e->sa + e->sb, op->sew, true);
    case VSSUBU:
        return vector_saturate(op, (Wide)e->a - e->b, op->sew, false);
    case VSSUB:
        return vector_saturate(op, (Wide)e->sa - e->sb, op->sew, true);
    case VAADD:
        return vector_round_shift(op, (Wide)e->sa + e->sb, 1);
    case VASUB:
        return vector_round_shift(op, (Wide)e->sa - e->sb, 1);
    case VSMUL:
        return vector_saturate(op, vector_round_shift(op, (Wide)e->sa * e->sb, (8 << op->sew) - 1),
                               op->sew, true);
    case VSLL:
        return e->a << shift_of(e);
    case VSRL:
        return e->a >> shift_of(e);
    case VSRA:
        return e->sa >> shift_of(e);
    case VSSRL:
        return vector_round_shift(op, e->a, shift_of(e));
    default: /* VSSRA */
        return vector_round_shift(op, e->sa, shift_of(e));
    }
}

static uint64_t divide(int funct6, const Element *e) {
    switch (funct6) {
    case VDIVU:
        return e->b ? e->a / e->b : UINT64_MAX;
    case VDIV:
        return !e->sb ? UINT64_MAX : (Wide)e->sa / e->sb;
    case VREMU:
        return e->b ? e->a % e->b : e->a;
    default: /* VREM */
        return e->sb ? (Wide)e->sa % e->sb : e->sa;
    }
}

static bool multiply(int funct6, const Element *e, uint64_t *result) {
    int bits = 8 << e->op->sew;
    switch (funct6) {
    case VDIVU ... VREM:
        *result = divide(funct6, e);
        return true;
    case VMULHU:
        *result = (unsigned __int128)e->a * e->b >> bits;
        return true;
    case VMUL:
        *result = e->a * e->b;
        return true;
    case VMULHSU:
        *result = (Wide)e->sa * e->b >> bits;
        return true;
    case VMULH:
        *result = (Wide)e->sa * e->sb >> bits;
        return true;
    case VMADD:
        *result = e->b * e->d + e->a;
        return true;
    case VNMSUB:
        *result = e->a - e->b * e->d;
        return true;
    case VMACC:
        *result = e->d + e->b * e->a;
        return true;
    case VNMSAC:
        *result = e->d - e->b * e->a;
        return true;
    default:
        return false;
    }
}

static bool compute(const Element *e, uint64_t *result) {
    int funct6 = e->op->funct6;
    if (e->op->funct3 == OPMVV || e->op->funct3 == OPMVX) {
        return multiply(funct6, e, result);
    }
    if (!(forms_of(funct6) & 1 << e->op->funct3)) {
        return false;
    }
    *result = funct6 < VSADDU ? logic(funct6, e) : fixed_point(funct6, e);
    return true;
}

bool vector_integer(VectorOp *op) {
    CPURISCVState *env = op->env;
    Element e = {.op = op};
    uint64_t result;
    if (!compute(&e, &result) || !vector_is_target(op, op->lmul) ||
        !vector_are_sources(op, op->lmul, op->lmul)) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        e.a = vector_get(env, op->vs2, i, op->sew);
        e.b = extract64(vector_operand(op, i), 0, 8 << op->sew);
        e.d = vector_get(env, op->vd, i, op->sew);
        e.sa = vector_signed(e.a, op->sew);
        e.sb = vector_signed(e.b, op->sew);
        if (vector_takes(op, i)) {
            compute(&e, &result);
            vector_put(env, op->vd, i, op->sew, result);
        }
    }
    vector_zero_tail(op, op->vd, op->sew, op->lmul);
    env->vstart = 0;
    return true;
}
