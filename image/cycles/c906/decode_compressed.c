// SPDX-License-Identifier: MIT
// Instructions of 16 bits.
#include "decode_parts.h"

void decode_compressed(struct op *op, uint32_t word) {
    uint32_t rd = bits(word, 11, 7), rs2 = bits(word, 6, 2), low1 = 8 + bits(word, 9, 7),
             low2 = 8 + bits(word, 4, 2);
    uint32_t key = (word & 3) << 3 | bits(word, 15, 13);
    switch (key) {
    case 000: // addi4spn
        op->to = x(low2);
        op->from[0] = x(2);
        break;
    case 001: // fld
        op->to = f(low2);
        op->from[0] = x(low1);
        op->latency = L_FLOAD;
        break;
    case 002: // lw, ld
    case 003:
        op->to = x(low2);
        op->from[0] = x(low1);
        op->latency = L_LOAD;
        break;
    case 005: // fsd
        op->from[0] = x(low1);
        op->from[1] = f(low2);
        break;
    case 006: // sw, sd
    case 007:
        op->from[0] = x(low1);
        op->from[1] = x(low2);
        break;
    case 010: // addi, addiw
    case 011:
        op->to = x_to(rd);
        op->from[0] = x(rd);
        break;
    case 012: // li
        op->to = x_to(rd);
        break;
    case 013: // lui, addi16sp
        op->to = x_to(rd);
        op->from[0] = x(rd == 2 ? 2 : 0);
        break;
    case 014: // srli .. addw
        op->to = x(low1);
        op->from[0] = x(low1);
        if (bits(word, 11, 10) == 3) {
            op->from[1] = x(low2);
        }
        break;
    case 015:
        op->flow = JUMP;
        break;
    case 016:
    case 017:
        op->flow = CONDITIONAL;
        op->from[0] = x(low1);
        break;
    case 020: // slli
        op->to = x_to(rd);
        op->from[0] = x(rd);
        break;
    case 021: // fldsp
        op->to = f(rd);
        op->from[0] = x(2);
        op->latency = L_FLOAD;
        break;
    case 022: // lwsp, ldsp
    case 023:
        op->to = x_to(rd);
        op->from[0] = x(2);
        op->latency = L_LOAD;
        break;
    case 024: // jr, mv, jalr, add
        if (rs2) {
            op->to = x_to(rd);
            op->from[0] = x(rs2);
            op->from[1] = x(bits(word, 12, 12) ? rd : 0);
        } else if (rd) {
            op->from[0] = x(rd);
            decode_jump(op, bits(word, 12, 12), rd, 0);
        }
        if (!rs2 && bits(word, 12, 12)) {
            op->to = x(1);
        }
        break;
    case 025: // fsdsp
        op->from[0] = x(2);
        op->from[1] = f(rs2);
        break;
    case 026: // swsp, sdsp
    case 027:
        op->from[0] = x(2);
        op->from[1] = x(rs2);
        break;
    default:
        break;
    }
}
