// SPDX-License-Identifier: MIT
// One decoded instruction, as far as time depends on it.
#ifndef OP_H
#define OP_H

#include <stdint.h>

// Registers have one numbering: x0-x31, f0-f31, v0-v31, and one that nobody reads.
enum { X = 0, F = 32, V = 64, NOWHERE = 96, REGISTERS = 97 };

// Classes that the report counts.
enum kind { SCALAR, VSETVL, VECTOR, VECTOR_LOAD, VECTOR_STORE, KINDS };

// How control leaves a block. A call fills the return stack, a return takes from it.
enum flow { ON, CONDITIONAL, JUMP, CALL, RETURN, INDIRECT };

// What a vector instruction costs depends on one of these and on LMUL (see core.c).
enum cost {
    C_ALU,
    C_FMUL,
    C_FWMACC,
    C_WIDE,
    C_FWADDW,
    C_REDUCE,
    C_FREDUCE,
    C_FOREDUCE,
    C_FWREDUCE,
    C_COMPARE,
    C_COUNT,
    C_MASK,
    C_GATHER,
    C_COMPRESS,
    C_DIVIDE,
    C_FDIVIDE,
    C_EXTRACT,
    C_FEXTRACT,
    COSTS
};

// How many registers an operand spans, in units of LMUL; ONE is a single register whatever LMUL is.
enum span { ONE = 0, LMUL1 = 1, LMUL2 = 2 };

struct operand {
    uint8_t reg;
    uint8_t span;
};

struct op {
    uint64_t pc;
    uint8_t kind;
    uint8_t cost;    // of vector arithmetic
    uint8_t latency; // of scalars: cycles from issue to where the result can be used
    uint8_t flow;
    uint8_t size;      // bytes
    uint8_t is_gather; // a strided or indexed vector access: one element after the other
    uint8_t lmul_log2; // of a vsetvli: what it sets
    uint8_t sets_lmul;
    struct operand to;
    struct operand from[4]; // unused ones are x0, which is always ready
};

// Decode an instruction of `size` bytes (RV64GC, T-Head's scalar extensions, RVV 0.7.1). What is
// unknown becomes a scalar of one cycle.
struct op decode(uint32_t word, uint8_t size, uint64_t pc);

#endif
