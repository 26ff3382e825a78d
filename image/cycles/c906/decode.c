// SPDX-License-Identifier: MIT
// From instruction words to what their time depends on. Vector encodings: RVV 0.7.1, "Vector
// Instruction Listing".
#include "op.h"

// Cycles from issue to use. Source: C906 user manual (openc906, 2024-06-27), instruction latencies;
// where it gives a range we take the value between. Division is by operand: 5 to 36. Loads into f
// registers take as long as loads into v registers (LOAD_LATENCY of core.c): both lie behind the
// vector unit's door.
enum {
    L_ALU = 1,
    L_LOAD = 2,
    L_FLOAD = 4,
    L_MUL = 3,
    L_MUL64 = 6,
    L_DIV = 16,
    L_FADD = 3,
    L_FMADD = 4,
    L_FDIV = 10,
    L_FMOVE = 3,
    L_FADD_D = 4,
    L_FMADD_D = 5,
    L_FDIV_D = 18
};

static uint32_t bits(uint32_t word, int high, int low) {
    return word >> low & ((1U << (high - low + 1)) - 1);
}
static struct operand x(uint32_t reg) {
    return (struct operand){(uint8_t)(X + reg), ONE};
}
static struct operand f(uint32_t reg) {
    return (struct operand){(uint8_t)(F + reg), ONE};
}
static struct operand v(uint32_t reg, enum span span) {
    return (struct operand){(uint8_t)(V + reg), (uint8_t)span};
}
static struct operand x_to(uint32_t reg) {
    return reg ? x(reg) : x(NOWHERE);
}

static void jump(struct op *op, uint32_t rd, uint32_t rs1, int is_direct) {
    // The manual's rule for the return stack: x1 and x5 are link registers.
    int links = rd == 1 || rd == 5;
    op->flow = (uint8_t)(links                  ? CALL
                         : is_direct            ? JUMP
                         : rs1 == 1 || rs1 == 5 ? RETURN
                                                : INDIRECT);
}

static void decode_compressed(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs2 = bits(word, 6, 2), low1 = 8 + bits(word, 9, 7),
             low2 = 8 + bits(word, 4, 2);
    uint32_t key = (word & 3) << 3 | bits(word, 15, 13);
    switch (key) {
    case 000:
        op->to = x(low2), op->from[0] = x(2);
        break; // addi4spn
    case 001:
        op->to = f(low2), op->from[0] = x(low1), op->latency = L_FLOAD;
        break; // fld
    case 002:
    case 003:
        op->to = x(low2), op->from[0] = x(low1), op->latency = L_LOAD;
        break; // lw, ld
    case 005:
        op->from[0] = x(low1), op->from[1] = f(low2);
        break; // fsd
    case 006:
    case 007:
        op->from[0] = x(low1), op->from[1] = x(low2);
        break; // sw, sd
    case 010:
    case 011:
        op->to = x_to(rd), op->from[0] = x(rd);
        break; // addi, addiw
    case 012:
        op->to = x_to(rd);
        break; // li
    case 013:
        op->to = x_to(rd), op->from[0] = x(rd == 2 ? 2 : 0);
        break; // lui, addi16sp
    case 014:
        op->to = x(low1), op->from[0] = x(low1); // srli .. addw
        if (bits(word, 11, 10) == 3) {
            op->from[1] = x(low2);
        }
        break;
    case 015:
        op->flow = JUMP;
        break;
    case 016:
    case 017:
        op->flow = CONDITIONAL, op->from[0] = x(low1);
        break;
    case 020:
        op->to = x_to(rd), op->from[0] = x(rd);
        break; // slli
    case 021:
        op->to = f(rd), op->from[0] = x(2), op->latency = L_FLOAD;
        break; // fldsp
    case 022:
    case 023:
        op->to = x_to(rd), op->from[0] = x(2), op->latency = L_LOAD;
        break; // lwsp, ldsp
    case 024:  // jr, mv, jalr, add
        if (rs2) {
            op->to = x_to(rd), op->from[0] = x(rs2), op->from[1] = x(bits(word, 12, 12) ? rd : 0);
        } else if (rd) {
            op->from[0] = x(rd), jump(op, bits(word, 12, 12), rd, 0);
        }
        if (!rs2 && bits(word, 12, 12)) {
            op->to = x(1);
        }
        break;
    case 025:
        op->from[0] = x(2), op->from[1] = f(rs2);
        break; // fsdsp
    case 026:
    case 027:
        op->from[0] = x(2), op->from[1] = x(rs2);
        break; // swsp, sdsp
    default:
        break;
    }
}

static void decode_float(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs1 = bits(word, 19, 15), rs2 = bits(word, 24, 20),
             funct5 = bits(word, 31, 27);
    int is_double = bits(word, 26, 25) == 1;
    op->to = f(rd), op->from[0] = f(rs1), op->from[1] = f(rs2);
    op->latency = is_double ? L_FADD_D : L_FADD;
    switch (funct5) {
    case 0x03:
        op->latency = is_double ? L_FDIV_D : L_FDIV;
        break;
    case 0x0b:
        op->latency = is_double ? L_FDIV_D : L_FDIV, op->from[1] = x(0);
        break; // fsqrt
    case 0x08:
        op->latency = L_FMOVE, op->from[1] = x(0);
        break; // fcvt.s.d
    case 0x14:
        op->to = x_to(rd);
        break; // feq, flt, fle
    case 0x18:
    case 0x1c:
        op->to = x_to(rd), op->from[1] = x(0), op->latency = L_FMOVE;
        break; // to x
    case 0x1a:
    case 0x1e:
        op->from[0] = x(rs1), op->from[1] = x(0), op->latency = L_FMOVE;
        break;
    default:
        break;
    }
}

// T-Head's scalar extensions (thead-extension-spec): address arithmetic, bits, multiply-add,
// indexed accesses.
static void decode_thead(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs1 = bits(word, 19, 15), rs2 = bits(word, 24, 20),
             funct5 = bits(word, 31, 27);
    uint32_t funct3 = bits(word, 14, 12);
    op->from[0] = x(rs1), op->from[1] = x(rs2);
    switch (funct3) {
    case 1:
        op->to = x_to(rd);
        if (funct5 == 4 || funct5 == 5) {
            op->from[2] = x(rd), op->latency = L_MUL; // mula ..; mveqz reads rd, too
        }
        if (funct5 == 8) {
            op->from[2] = x(rd);
        }
        break;
    case 2:
    case 3:
        op->to = x_to(rd), op->from[1] = x(0);
        break; // ext, extu
    case 4:
        op->to = x_to(rd), op->latency = L_LOAD;
        break;
    case 5:
        op->from[2] = x(rd);
        break;
    case 6:
        op->to = f(rd), op->latency = L_FLOAD;
        break;
    case 7:
        op->from[2] = f(rd);
        break;
    default:
        break;
    }
}

static void decode_vector_access(struct op *op, uint32_t word, int is_store) {
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
        op->cost = C_COMPARE, op->to.span = ONE;
    }
    if (funct6 >= 0x2c && funct6 <= 0x2f) {
        op->cost = C_WIDE, op->from[1].span = LMUL2; // narrowing
    }
    if (funct6 == 0x30 || funct6 == 0x31) {
        op->cost = C_REDUCE, op->to.span = ONE, op->from[0].span = ONE;
    }
    if (funct6 >= 0x38) {
        op->cost = C_WIDE, op->to.span = LMUL2, op->from[2] = op->to;
    }
}

static void multiply_cost(struct op *op, uint32_t funct6, uint32_t rd,
                          uint32_t first) { // OPMVV, OPMVX
    if (funct6 < 0x08) {
        op->cost = C_REDUCE, op->to.span = ONE, op->from[0].span = ONE;
    }
    if (funct6 == 0x0c) {
        op->cost = C_EXTRACT, op->to = x_to(rd), op->from[1].span = ONE, op->from[0] = x(first);
    }
    if (funct6 == 0x0d) {
        op->to.span = ONE; // vmv.s.x
    }
    if (funct6 >= 0x14 && funct6 <= 0x16) {
        op->from[0] = x(0); // vs1 is no register
    }
    if (funct6 == 0x14 || funct6 == 0x15) {
        op->cost = C_COUNT, op->to = x_to(rd), op->from[1].span = ONE;
    }
    if (funct6 == 0x17) {
        op->cost = C_COMPRESS;
    }
    if (funct6 >= 0x18 && funct6 <= 0x1f) {
        op->cost = C_MASK, op->to.span = op->from[0].span = op->from[1].span = ONE;
    }
    if (funct6 >= 0x20 && funct6 <= 0x23) {
        op->cost = C_DIVIDE;
    }
    if (funct6 >= 0x29 && funct6 <= 0x2f) {
        op->from[2] = op->to;
    }
    if (funct6 >= 0x30) {
        op->cost = C_WIDE, op->to.span = LMUL2;
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
        op->cost = C_FEXTRACT, op->to = f(rd), op->from[1].span = ONE, op->from[0] = x(0);
    }
    if (funct6 == 0x0d) {
        op->to.span = ONE; // vfmv.s.f
    }
    if (funct6 >= 0x18 && funct6 <= 0x1f) {
        op->cost = C_COMPARE, op->to.span = ONE;
    }
    if (funct6 == 0x20 || funct6 == 0x21 || (funct6 == 0x23 && vs1 == 0)) {
        op->cost = C_FDIVIDE;
    }
    if (funct6 == 0x22 || funct6 == 0x23) {
        op->from[0] = x(0); // vs1 is no register
    }
    if (funct6 == 0x22 && vs1 >= 8) {
        op->cost = C_WIDE, op->to.span = vs1 < 16 ? LMUL2 : LMUL1;
    }
    if (funct6 == 0x22 && vs1 >= 16) {
        op->from[1].span = LMUL2;
    }
    if (funct6 == 0x24) {
        op->cost = C_FMUL;
    }
    if (funct6 >= 0x28 && funct6 <= 0x2f) {
        op->cost = C_FMUL, op->from[2] = op->to;
    }
    if (is_reduction || funct6 < 0x30) {
        return;
    }
    op->to.span = LMUL2;
    op->cost = C_WIDE;
    if (funct6 == 0x34 || funct6 == 0x36) {
        op->cost = C_FWADDW, op->from[1].span = LMUL2;
    }
    if (funct6 >= 0x38) {
        op->cost = C_FWMACC;
    }
    if (funct6 >= 0x3c) {
        op->from[2] = op->to;
    }
}

static void decode_vector(struct op *op, uint32_t word) {
    enum { OPIVV, OPFVV, OPMVV, OPIVI, OPIVX, OPFVF, OPMVX, OPCFG };
    uint32_t rd = bits(word, 11, 7), first = bits(word, 19, 15), second = bits(word, 24, 20),
             funct6 = word >> 26;
    uint32_t funct3 = bits(word, 14, 12);
    if (funct3 == OPCFG) {
        op->kind = VSETVL;
        op->to = x_to(rd), op->from[0] = x(first);
        // vtype of vsetvl is in a register, which plugins of this interface cannot read: LMUL stays
        // as it was.
        op->sets_lmul = word >> 31 == 0;
        op->lmul_log2 = (uint8_t)bits(word, 21, 20);
        if (!op->sets_lmul) {
            op->from[1] = x(second);
        }
        return;
    }
    op->kind = VECTOR, op->cost = C_ALU;
    op->to = v(rd, LMUL1), op->from[1] = v(second, LMUL1);
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

static void decode_full(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs1 = bits(word, 19, 15), rs2 = bits(word, 24, 20),
             funct3 = bits(word, 14, 12);
    int is_scalar_width = funct3 >= 1 && funct3 <= 4;
    switch (word & 0x7f) {
    case 0x03:
        op->to = x_to(rd), op->from[0] = x(rs1), op->latency = L_LOAD;
        break;
    case 0x07:
        if (!is_scalar_width) {
            decode_vector_access(op, word, 0);
        } else {
            op->to = f(rd), op->from[0] = x(rs1), op->latency = L_FLOAD;
        }
        break;
    case 0x0b:
        decode_thead(op, word);
        break;
    case 0x13:
    case 0x1b:
        op->to = x_to(rd), op->from[0] = x(rs1);
        break;
    case 0x17:
    case 0x37:
        op->to = x_to(rd);
        break;
    case 0x23:
        op->from[0] = x(rs1), op->from[1] = x(rs2);
        break;
    case 0x27:
        if (!is_scalar_width) {
            decode_vector_access(op, word, 1);
        } else {
            op->from[0] = x(rs1), op->from[1] = f(rs2);
        }
        break;
    case 0x2f:
        op->to = x_to(rd), op->from[0] = x(rs1), op->from[1] = x(rs2), op->latency = L_LOAD;
        break;
    case 0x33:
    case 0x3b:
        op->to = x_to(rd), op->from[0] = x(rs1), op->from[1] = x(rs2);
        if (bits(word, 31, 25) == 1) {
            op->latency = funct3 >= 4 ? L_DIV : (word & 0x7f) == 0x3b ? L_MUL : L_MUL64;
        }
        break;
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
        op->to = f(rd), op->from[0] = f(rs1), op->from[1] = f(rs2), op->from[2] = f(word >> 27);
        op->latency = bits(word, 26, 25) == 1 ? L_FMADD_D : L_FMADD;
        break;
    case 0x53:
        decode_float(op, word);
        break;
    case 0x57:
        decode_vector(op, word);
        break;
    case 0x63:
        op->flow = CONDITIONAL, op->from[0] = x(rs1), op->from[1] = x(rs2);
        break;
    case 0x67:
        op->to = x_to(rd), op->from[0] = x(rs1), jump(op, rd, rs1, 0);
        break;
    case 0x6f:
        op->to = x_to(rd), jump(op, rd, 0, 1);
        break;
    case 0x73:
        op->to = x_to(rd);
        break;
    default:
        break;
    }
}

struct op decode(uint32_t word, uint8_t size, uint64_t pc) {
    struct op op = {.pc = pc, .size = size, .latency = L_ALU, .to = {NOWHERE, ONE}};
    if (size == 2) {
        decode_compressed(&op, word & 0xffff);
    } else {
        decode_full(&op, word);
    }
    return op;
}
