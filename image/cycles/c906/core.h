// SPDX-License-Identifier: MIT
// The C906's pipeline: one instruction a cycle, in order, each when its operands are there and its
// unit is free.
#ifndef CORE_H
#define CORE_H

#include "memory.h"
#include "op.h"

// What cycles were spent on.
enum cause { ISSUE, SCALAR_RESULT, VECTOR_RESULT, MEMORY, BRANCH, CAUSES };

enum { COUNTERS = 1 << 13, TARGETS = 16 }; // of the branch predictor: gshare of 16 Kbit, BTB

struct access {
    const struct op *op;
    uint64_t address, bytes, elements;
    int is_store;
};

struct core {
    uint64_t now;
    uint64_t ready[REGISTERS];
    uint8_t why[REGISTERS]; // enum cause of waiting for it
    uint64_t vector_free, port_free;
    uint8_t port_why;
    uint8_t lmul_log2;
    uint64_t spent[CAUSES];
    uint32_t history;
    uint8_t counters[COUNTERS];
    uint64_t targets[TARGETS];
    uint32_t next_target;
    struct memory memory;
};

void core_start(struct core *core, struct parameters with);

// Run a straight piece of code: its instructions and the accesses that they made, in order. Returns
// nothing: the time is in `now`, what it was spent on in `spent`.
void core_run(struct core *core, const struct op *ops, uint32_t count,
              const struct access *accesses, const struct access *end);

// How control left it: `last` is its last instruction, `next` where the program went on.
void core_leave(struct core *core, const struct op *last, uint64_t next);

#endif
