// SPDX-License-Identifier: MIT
// Between the files of decode: fields of instruction words, operands, and latencies.
#ifndef DECODE_PARTS_H
#define DECODE_PARTS_H

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

static inline uint32_t bits(uint32_t word, int high, int low) {
    return word >> low & ((1U << (high - low + 1)) - 1);
}
static inline struct operand x(uint32_t reg) {
    return (struct operand){(uint8_t)(X + reg), ONE};
}
static inline struct operand f(uint32_t reg) {
    return (struct operand){(uint8_t)(F + reg), ONE};
}
static inline struct operand v(uint32_t reg, enum span span) {
    return (struct operand){(uint8_t)(V + reg), (uint8_t)span};
}
static inline struct operand x_to(uint32_t reg) {
    return reg ? x(reg) : x(NOWHERE);
}

void decode_jump(struct op *op, uint32_t rd, uint32_t rs1, int is_direct);
void decode_compressed(struct op *op, uint32_t word);
void decode_vector(struct op *op, uint32_t word);
void decode_vector_access(struct op *op, uint32_t word, int is_store);

#endif
