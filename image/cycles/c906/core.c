// SPDX-License-Identifier: MIT
#include "core.h"

#include <string.h>

// The vector unit works on 64 bits a cycle, so that a register of 128 bits takes two. That vsetvli
// takes three cycles, a vector access one more than its data, and that a vector load can be used
// after four was fitted to rvv-bench's memset and memcpy on a D1, m1 to m8, in L1
// (7.05, 7.11, 9.14, 17.2 and 10.1, 11.2, 18.3, 34.5 cycles an iteration).
enum { REGISTER_CYCLES = 2, VSETVL_CYCLES = 3, ACCESS_CYCLES = 1, LOAD_LATENCY = 4 };

// Not published; what a pipeline of five stages that resolves branches in the third suggests.
enum { MISPREDICTED = 5, TARGET_UNKNOWN = 2 };

// Cycles by LMUL (1, 2, 4, 8): how long the unit is busy, then when the first register of the
// result can be used; the following ones come at the unit's pace. A result that is complete only at
// the end has `is_late`. Source: rvv-bench on a D1 (C906, 1 GHz), instruction tables.
static const struct {
    uint16_t busy[4];
    uint8_t latency;
    uint8_t is_late;
} COST[COSTS] = {
    [C_ALU] = {{2, 4, 8, 16}, 4, 0},
    [C_FMUL] = {{2, 4, 8, 16}, 5, 0},
    [C_WIDE] = {{4, 8, 16, 32}, 4, 0},
    [C_FWMACC] = {{5, 11, 22, 44}, 5, 0},
    [C_FWADDW] = {{8, 16, 32, 64}, 8, 0},
    [C_REDUCE] = {{2, 4, 8, 16}, 5, 1},
    [C_FREDUCE] = {{9, 14, 22, 38}, 9, 1},
    [C_FOREDUCE] = {{11, 23, 47, 95}, 11, 1},
    [C_FWREDUCE] = {{32, 64, 128, 256}, 32, 1},
    [C_COMPARE] = {{2, 4, 8, 16},
                   3,
                   1}, // with C_COUNT fitted to utf8_count, m1 to m8: 15 + 2 LMUL cycles
    [C_COUNT] = {{2, 2, 2, 2}, 3, 0},
    [C_MASK] = {{2, 2, 2, 2}, 4, 0},
    [C_GATHER] = {{4, 16, 64, 256}, 4, 1},
    [C_COMPRESS] = {{4, 10, 36, 136}, 4, 1},
    [C_DIVIDE] = {{13, 26, 57, 113}, 13, 1},
    [C_FDIVIDE] = {{36, 72, 144, 288}, 36, 1},
    [C_EXTRACT] = {{2, 2, 2, 2}, 5, 0},
    [C_FEXTRACT] = {{2, 2, 2, 2}, 4, 0},
};

static uint32_t registers(struct operand operand, uint8_t lmul_log2) {
    if (operand.span == ONE) {
        return 1;
    }
    uint32_t count = (uint32_t)operand.span << lmul_log2, room = NOWHERE - operand.reg;
    return count < room ? count : room;
}

static void wait_until(struct core *core, uint64_t time, enum cause cause) {
    if (time <= core->now) {
        return;
    }
    core->spent[cause] += time - core->now;
    core->now = time;
}

// Wait for a vector operand, whose registers are read one after the other in `busy` cycles.
static void wait_for(struct core *core, struct operand operand, uint32_t busy) {
    uint32_t count = registers(operand, core->lmul_log2);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t read = (uint64_t)busy * i / count, ready = core->ready[operand.reg + i];
        if (ready > read) {
            wait_until(core, ready - read, core->why[operand.reg + i]);
        }
    }
}

static void issue(struct core *core) {
    core->spent[ISSUE]++;
    core->now++;
}

static void run_scalar(struct core *core, const struct op *op) {
    uint64_t until = core->ready[op->to.reg];
    uint8_t cause = core->why[op->to.reg];
    for (int i = 0; i < 3; i++) {
        uint8_t reg = op->from[i].reg;
        if (core->ready[reg] > until) {
            until = core->ready[reg];
            cause = core->why[reg];
        }
    }
    wait_until(core, until, cause);
    issue(core);
    core->ready[op->to.reg] = core->now - 1 + op->latency;
    core->why[op->to.reg] = SCALAR_RESULT;
    core->ready[NOWHERE] = 0;
}

static void run_vector(struct core *core, const struct op *op) {
    uint32_t busy = COST[op->cost].busy[core->lmul_log2], latency = COST[op->cost].latency;
    for (int i = 0; i < 4; i++) {
        wait_for(core, op->from[i], busy);
    }
    wait_for(core, op->to, busy);
    wait_until(core, core->vector_free, VECTOR_RESULT);
    uint64_t start = core->now;
    issue(core);
    core->vector_free = start + busy;
    uint32_t count = registers(op->to, core->lmul_log2);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t after = latency + (uint64_t)busy * i / count;
        if (COST[op->cost].is_late && after < busy + 1U) {
            after = busy + 1U;
        }
        core->ready[op->to.reg + i] = start + after;
        core->why[op->to.reg + i] = VECTOR_RESULT;
    }
    core->ready[NOWHERE] = 0;
}

static void scalar_access(struct core *core, const struct access *access) {
    const struct op *op = access->op;
    struct memory *memory = &core->memory;
    uint64_t start = core->now - 1, last = access->address + access->bytes - 1;
    if (!access->is_store) {
        memory_observe(memory, start, op->pc, access->address, access->bytes);
    }
    for (uint64_t address = access->address; address <= last;
         address = (address / LINE + 1) * LINE) {
        struct answer answer = access->is_store ? memory_store(memory, start, address)
                                                : memory_load(memory, start, address);
        wait_until(core, answer.port + 1, MEMORY);
        if (access->is_store || answer.ready + op->latency <= core->ready[op->to.reg]) {
            continue;
        }
        core->ready[op->to.reg] = answer.ready + op->latency;
        core->why[op->to.reg] = answer.ready > start ? MEMORY : SCALAR_RESULT;
    }
    core->ready[NOWHERE] = 0;
}

// A vector access moves eight bytes a cycle, or one element when they are apart; the port is held
// while a line comes.
static void vector_access(struct core *core, const struct op *op, const struct access *from,
                          const struct access *end) {
    struct operand data = op->kind == VECTOR_LOAD ? op->to : op->from[2];
    uint32_t count = registers(data, core->lmul_log2), busy = REGISTER_CYCLES * count, done = 0;
    uint64_t bytes = 0, elements = 0, start = core->port_free, waited = 0, seen = 0;
    for (const struct access *access = from; access < end; access++) {
        bytes += access->bytes;
        elements += access->elements;
    }
    if (op->is_gather && elements > busy) {
        busy = (uint32_t)elements;
    }
    if (from < end && !from->is_store) {
        memory_observe(&core->memory, start, op->pc, from->address, bytes);
    }
    for (const struct access *access = from; access < end; access++) {
        uint64_t last = access->address + access->bytes - 1, next;
        for (uint64_t address = access->address; address <= last; address = next) {
            next = (address / LINE + 1) * LINE;
            uint64_t now = start + waited + busy * seen / bytes;
            struct answer answer = access->is_store ? memory_store(&core->memory, now, address)
                                                    : memory_load(&core->memory, now, address);
            uint64_t there = access->is_store ? answer.port : answer.ready;
            if (there > now) {
                waited += there - now;
            }
            seen += (next <= last ? next : last + 1) - address;
            for (; !access->is_store && done < count && done * bytes < seen * count; done++) {
                core->ready[data.reg + done] =
                    start + waited + LOAD_LATENCY + (uint64_t)busy * done / count;
                core->why[data.reg + done] = waited ? MEMORY : VECTOR_RESULT;
            }
        }
    }
    core->port_free = start + waited + busy + ACCESS_CYCLES;
    core->port_why = waited ? MEMORY : VECTOR_RESULT;
}

static void run_access(struct core *core, const struct op *op, const struct access *from,
                       const struct access *end) {
    int is_vector = op->kind == VECTOR_LOAD || op->kind == VECTOR_STORE;
    uint32_t busy = REGISTER_CYCLES << core->lmul_log2;
    for (int i = 0; is_vector && i < 4; i++) {
        wait_for(core, op->from[i], busy);
    }
    if (op->kind == VECTOR_LOAD) {
        wait_for(core, op->to, busy);
    }
    wait_until(core, core->port_free, core->port_why);
    if (!is_vector) {
        run_scalar(core, op);
        for (const struct access *access = from; access < end; access++) {
            scalar_access(core, access);
        }
        core->port_free = core->now;
        return;
    }
    issue(core);
    core->port_free = core->now - 1;
    vector_access(core, op, from, end);
}

void core_run(struct core *core, const struct op *ops, uint32_t count,
              const struct access *accesses, const struct access *end) {
    for (const struct op *op = ops; op < ops + count; op++) {
        const struct access *from = accesses;
        while (accesses < end && accesses->op == op) {
            accesses++;
        }
        if (from < accesses) {
            run_access(core, op, from, accesses);
        } else if (op->kind == VECTOR) {
            run_vector(core, op);
        } else {
            run_scalar(core, op);
            if (op->kind == VSETVL) {
                wait_until(core, core->now - 1 + VSETVL_CYCLES, VECTOR_RESULT);
            }
            if (op->sets_lmul) {
                core->lmul_log2 = op->lmul_log2;
            }
        }
    }
}

static int is_known_target(struct core *core, uint64_t pc) {
    for (int i = 0; i < TARGETS; i++) {
        if (core->targets[i] == pc) {
            return 1;
        }
    }
    core->targets[core->next_target] = pc;
    core->next_target = (core->next_target + 1) % TARGETS;
    return 0;
}

static int is_predicted(struct core *core, uint64_t pc, int is_taken) {
    uint8_t *counter = &core->counters[(core->history ^ pc >> 1) % COUNTERS];
    int is_right = (*counter >= 2) == is_taken;
    if (is_taken && *counter < 3) {
        ++*counter;
    }
    if (!is_taken && *counter > 0) {
        --*counter;
    }
    core->history = core->history << 1 | (uint32_t)is_taken;
    return is_right;
}

void core_leave(struct core *core, const struct op *last, uint64_t next) {
    int is_taken = next != last->pc + last->size;
    int is_wrong = last->flow == CONDITIONAL && !is_predicted(core, last->pc, is_taken);
    int needs_target = is_taken && last->flow != ON && last->flow != RETURN;
    uint64_t cycles = 0;
    if (is_wrong || last->flow == INDIRECT) {
        cycles = MISPREDICTED;
    } else if (needs_target && !is_known_target(core, last->pc)) {
        cycles = TARGET_UNKNOWN;
    }
    wait_until(core, core->now + cycles, BRANCH);
}

void core_start(struct core *core, struct parameters with) {
    memset(core, 0, sizeof *core);
    memory_start(&core->memory, with);
}
