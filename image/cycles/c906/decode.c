// SPDX-License-Identifier: MIT
// From instruction words to what their time depends on.
#include "decode_parts.h"

void decode_jump(struct op *op, uint32_t rd, uint32_t rs1, int is_direct) {
    // The manual's rule for the return stack: x1 and x5 are link registers.
    int links = rd == 1 || rd == 5;
    op->flow = (uint8_t)(links                  ? CALL
                         : is_direct            ? JUMP
                         : rs1 == 1 || rs1 == 5 ? RETURN
                                                : INDIRECT);
}

static void decode_float(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs1 = bits(word, 19, 15), rs2 = bits(word, 24, 20),
             funct5 = bits(word, 31, 27);
    int is_double = bits(word, 26, 25) == 1;
    op->to = f(rd);
    op->from[0] = f(rs1);
    op->from[1] = f(rs2);
    op->latency = is_double ? L_FADD_D : L_FADD;
    switch (funct5) {
    case 0x03:
        op->latency = is_double ? L_FDIV_D : L_FDIV;
        break;
    case 0x0b: // fsqrt
        op->latency = is_double ? L_FDIV_D : L_FDIV;
        op->from[1] = x(0);
        break;
    case 0x08: // fcvt.s.d
        op->latency = L_FMOVE;
        op->from[1] = x(0);
        break;
    case 0x14: // feq, flt, fle
        op->to = x_to(rd);
        break;
    case 0x18: // to x
    case 0x1c:
        op->to = x_to(rd);
        op->from[1] = x(0);
        op->latency = L_FMOVE;
        break;
    case 0x1a:
    case 0x1e:
        op->from[0] = x(rs1);
        op->from[1] = x(0);
        op->latency = L_FMOVE;
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
    op->from[0] = x(rs1);
    op->from[1] = x(rs2);
    switch (funct3) {
    case 1:
        op->to = x_to(rd);
        if (funct5 == 4 || funct5 == 5) {
            op->from[2] = x(rd); // mula ..; mveqz reads rd, too
            op->latency = L_MUL;
        }
        if (funct5 == 8) {
            op->from[2] = x(rd);
        }
        break;
    case 2: // ext, extu
    case 3:
        op->to = x_to(rd);
        op->from[1] = x(0);
        break;
    case 4:
        op->to = x_to(rd);
        op->latency = L_LOAD;
        break;
    case 5:
        op->from[2] = x(rd);
        break;
    case 6:
        op->to = f(rd);
        op->latency = L_FLOAD;
        break;
    case 7:
        op->from[2] = f(rd);
        break;
    default:
        break;
    }
}

static void decode_full(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs1 = bits(word, 19, 15), rs2 = bits(word, 24, 20),
             funct3 = bits(word, 14, 12);
    int is_scalar_width = funct3 >= 1 && funct3 <= 4;
    switch (word & 0x7f) {
    case 0x03:
        op->to = x_to(rd);
        op->from[0] = x(rs1);
        op->latency = L_LOAD;
        break;
    case 0x07:
        if (!is_scalar_width) {
            decode_vector_access(op, word, 0);
        } else {
            op->to = f(rd);
            op->from[0] = x(rs1);
            op->latency = L_FLOAD;
        }
        break;
    case 0x0b:
        decode_thead(op, word);
        break;
    case 0x13:
    case 0x1b:
        op->to = x_to(rd);
        op->from[0] = x(rs1);
        break;
    case 0x17:
    case 0x37:
        op->to = x_to(rd);
        break;
    case 0x23:
        op->from[0] = x(rs1);
        op->from[1] = x(rs2);
        break;
    case 0x27:
        if (!is_scalar_width) {
            decode_vector_access(op, word, 1);
        } else {
            op->from[0] = x(rs1);
            op->from[1] = f(rs2);
        }
        break;
    case 0x2f:
        op->to = x_to(rd);
        op->from[0] = x(rs1);
        op->from[1] = x(rs2);
        op->latency = L_LOAD;
        break;
    case 0x33:
    case 0x3b:
        op->to = x_to(rd);
        op->from[0] = x(rs1);
        op->from[1] = x(rs2);
        if (bits(word, 31, 25) == 1) {
            op->latency = funct3 >= 4 ? L_DIV : (word & 0x7f) == 0x3b ? L_MUL : L_MUL64;
        }
        break;
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
        op->to = f(rd);
        op->from[0] = f(rs1);
        op->from[1] = f(rs2);
        op->from[2] = f(word >> 27);
        op->latency = bits(word, 26, 25) == 1 ? L_FMADD_D : L_FMADD;
        break;
    case 0x53:
        decode_float(op, word);
        break;
    case 0x57:
        decode_vector(op, word);
        break;
    case 0x63:
        op->flow = CONDITIONAL;
        op->from[0] = x(rs1);
        op->from[1] = x(rs2);
        break;
    case 0x67:
        op->to = x_to(rd);
        op->from[0] = x(rs1);
        decode_jump(op, rd, rs1, 0);
        break;
    case 0x6f:
        op->to = x_to(rd);
        decode_jump(op, rd, 0, 1);
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
