// SPDX-License-Identifier: MIT
// Vector instructions. Encodings: RVV 0.7.1, "Vector Instruction Listing".
#include "decode_parts.h"

void decode_vector_access(struct op *op, uint32_t word, int is_store) {
    uint32_t vd = bits(word, 11, 7), mop = bits(word, 27, 26);
    op->kind = (uint8_t)(is_store ? VECTOR_STORE : VECTOR_LOAD);
    op->from[0] = x(bits(word, 19, 15));
    op->is_gather = mop != 0;
    if (mop == 2) {
        op->from[1] = x(bits(word, 24, 20));
    }
    if (mop == 3) {
        op->from[1] = v(bits(word, 24, 20), LMUL1);
    }
    if (is_store) {
        op->from[2] = v(vd, LMUL1);
    } else {
        op->to = v(vd, LMUL1);
    }
    if (!bits(word, 25, 25)) {
        op->from[3] = v(0, ONE);
    }
}

static void integer_cost(struct op *op, uint32_t funct6) { // OPIVV, OPIVX, OPIVI
    if (funct6 == 0x0c) {
        op->cost = C_GATHER;
    }
    if (funct6 == 0x11 || funct6 == 0x13 || (funct6 >= 0x18 && funct6 <= 0x1f)) {
        op->cost = C_COMPARE;
        op->to.span = ONE;
    }
    if (funct6 >= 0x2c && funct6 <= 0x2f) {
        op->cost = C_WIDE; // narrowing
        op->from[1].span = LMUL2;
    }
    if (funct6 == 0x30 || funct6 == 0x31) {
        op->cost = C_REDUCE;
        op->to.span = ONE;
        op->from[0].span = ONE;
    }
    if (funct6 >= 0x38) {
        op->cost = C_WIDE;
        op->to.span = LMUL2;
        op->from[2] = op->to;
    }
}

static void multiply_cost(struct op *op, uint32_t funct6, uint32_t rd,
                          uint32_t first) { // OPMVV, OPMVX
    if (funct6 < 0x08) {
        op->cost = C_REDUCE;
        op->to.span = ONE;
        op->from[0].span = ONE;
    }
    if (funct6 == 0x0c) {
        op->cost = C_EXTRACT;
        op->to = x_to(rd);
        op->from[1].span = ONE;
        op->from[0] = x(first);
    }
    if (funct6 == 0x0d) {
        op->to.span = ONE; // vmv.s.x
    }
    if (funct6 >= 0x14 && funct6 <= 0x16) {
        op->from[0] = x(0); // vs1 is no register
    }
    if (funct6 == 0x14 || funct6 == 0x15) {
        op->cost = C_COUNT;
        op->to = x_to(rd);
        op->from[1].span = ONE;
    }
    if (funct6 == 0x17) {
        op->cost = C_COMPRESS;
    }
    if (funct6 >= 0x18 && funct6 <= 0x1f) {
        op->cost = C_MASK;
        op->to.span = op->from[0].span = op->from[1].span = ONE;
    }
    if (funct6 >= 0x20 && funct6 <= 0x23) {
        op->cost = C_DIVIDE;
    }
    if (funct6 >= 0x29 && funct6 <= 0x2f) {
        op->from[2] = op->to;
    }
    if (funct6 >= 0x30) {
        op->cost = C_WIDE;
        op->to.span = LMUL2;
    }
    if (funct6 >= 0x34 && funct6 <= 0x37) {
        op->from[1].span = LMUL2; // wide first operand
    }
    if (funct6 >= 0x3c) {
        op->from[2] = op->to;
    }
}

static void float_cost(struct op *op, uint32_t funct6, uint32_t rd, uint32_t vs1) { // OPFVV, OPFVF
    int is_reduction = funct6 == 1 || funct6 == 3 || funct6 == 5 || funct6 == 7 || funct6 == 0x31 ||
                       funct6 == 0x33;
    if (is_reduction) {
        op->to.span = op->from[0].span = ONE;
    }
    if (is_reduction) {
        op->cost = funct6 >= 0x30 ? C_FWREDUCE : funct6 == 3 ? C_FOREDUCE : C_FREDUCE;
    }
    if (funct6 == 0x0c) {
        op->cost = C_FEXTRACT;
        op->to = f(rd);
        op->from[1].span = ONE;
        op->from[0] = x(0);
    }
    if (funct6 == 0x0d) {
        op->to.span = ONE; // vfmv.s.f
    }
    if (funct6 >= 0x18 && funct6 <= 0x1f) {
        op->cost = C_COMPARE;
        op->to.span = ONE;
    }
    if (funct6 == 0x20 || funct6 == 0x21 || (funct6 == 0x23 && vs1 == 0)) {
        op->cost = C_FDIVIDE;
    }
    if (funct6 == 0x22 || funct6 == 0x23) {
        op->from[0] = x(0); // vs1 is no register
    }
    if (funct6 == 0x22 && vs1 >= 8) {
        op->cost = C_WIDE;
        op->to.span = vs1 < 16 ? LMUL2 : LMUL1;
    }
    if (funct6 == 0x22 && vs1 >= 16) {
        op->from[1].span = LMUL2;
    }
    if (funct6 == 0x24) {
        op->cost = C_FMUL;
    }
    if (funct6 >= 0x28 && funct6 <= 0x2f) {
        op->cost = C_FMUL;
        op->from[2] = op->to;
    }
    if (is_reduction || funct6 < 0x30) {
        return;
    }
    op->to.span = LMUL2;
    op->cost = C_WIDE;
    if (funct6 == 0x34 || funct6 == 0x36) {
        op->cost = C_FWADDW;
        op->from[1].span = LMUL2;
    }
    if (funct6 >= 0x38) {
        op->cost = C_FWMACC;
    }
    if (funct6 >= 0x3c) {
        op->from[2] = op->to;
    }
}

void decode_vector(struct op *op, uint32_t word) {
    enum { OPIVV, OPFVV, OPMVV, OPIVI, OPIVX, OPFVF, OPMVX, OPCFG };
    uint32_t rd = bits(word, 11, 7), first = bits(word, 19, 15), second = bits(word, 24, 20),
             funct6 = word >> 26;
    uint32_t funct3 = bits(word, 14, 12);
    if (funct3 == OPCFG) {
        op->kind = VSETVL;
        op->to = x_to(rd);
        op->from[0] = x(first);
        // vtype of vsetvl is in a register, which plugins of this interface cannot read: LMUL stays
        // as it was.
        op->sets_lmul = word >> 31 == 0;
        op->lmul_log2 = (uint8_t)bits(word, 21, 20);
        if (!op->sets_lmul) {
            op->from[1] = x(second);
        }
        return;
    }
    op->kind = VECTOR;
    op->cost = C_ALU;
    op->to = v(rd, LMUL1);
    op->from[1] = v(second, LMUL1);
    if (funct3 <= OPMVV) {
        op->from[0] = v(first, LMUL1);
    }
    if (funct3 == OPIVX || funct3 == OPMVX) {
        op->from[0] = x(first);
    }
    if (funct3 == OPFVF) {
        op->from[0] = f(first);
    }
    if (!bits(word, 25, 25)) {
        op->from[3] = v(0, ONE);
    }
    if (funct6 == 0x17 && bits(word, 25, 25) && funct3 != OPMVV) {
        op->from[1] = x(0); // vmv.v.*: no second operand
    }
    if (funct3 == OPIVV || funct3 == OPIVI || funct3 == OPIVX) {
        integer_cost(op, funct6);
    }
    if (funct3 == OPMVV || funct3 == OPMVX) {
        multiply_cost(op, funct6, rd, first);
    }
    if (funct3 == OPFVV || funct3 == OPFVF) {
        float_cost(op, funct6, rd, funct3 == OPFVV ? first : 32);
    }
}
