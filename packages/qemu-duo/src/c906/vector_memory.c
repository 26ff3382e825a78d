/*
 * Loads and stores of the vector unit: unit stride, stride, index; segments; fault-only-first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "vector.h"

#include "exec/cpu_ldst.h"
#include "exec/exec-all.h"

#define STORE 0x27

enum { UNIT = 0, STRIDED = 2, INDEXED = 3, SIGNED = 4 }; /* mop; loads of `e` are not SIGNED */

typedef struct Access {
    bool is_store, is_signed;
    int way;  /* UNIT, STRIDED, INDEXED */
    int size; /* log2 of bytes in memory */
    int fields;
    target_ulong base, stride;
} Access;

static uint64_t load(VectorOp *op, target_ulong at, int size) {
    switch (size) {
    case 0:
        return cpu_ldub_data_ra(op->env, at, op->ra);
    case 1:
        return cpu_lduw_le_data_ra(op->env, at, op->ra);
    case 2:
        return (uint32_t)cpu_ldl_le_data_ra(op->env, at, op->ra);
    default:
        return cpu_ldq_le_data_ra(op->env, at, op->ra);
    }
}

static void store(VectorOp *op, target_ulong at, int size, uint64_t value) {
    switch (size) {
    case 0:
        cpu_stb_data_ra(op->env, at, value, op->ra);
        break;
    case 1:
        cpu_stw_le_data_ra(op->env, at, value, op->ra);
        break;
    case 2:
        cpu_stl_le_data_ra(op->env, at, value, op->ra);
        break;
    default:
        cpu_stq_le_data_ra(op->env, at, value, op->ra);
    }
}

/* Whether vd may be what is stored, or where what is loaded goes. */
static bool is_target(const VectorOp *op, const Access *access) {
    if (access->is_store) {
        return vector_is_group(op->vd, op->lmul);
    }
    bool overwrites_indices = access->way == INDEXED && access->fields > 1 && op->vs2 >= op->vd &&
                              op->vs2 < op->vd + (access->fields << op->lmul);
    return vector_is_target(op, op->lmul) && !overwrites_indices;
}

static bool take_apart(VectorOp *op, Access *access) {
    int mop = extract32(op->word, 26, 3);
    static const int sizes[8] = {0, -1, -1, -1, -1, 1, 2, -1}; /* b, h, w; e: that of an element */
    access->is_store = (op->word & 0x7f) == STORE;
    access->is_signed = !access->is_store && mop & SIGNED;
    access->way = access->is_store && mop == 7 ? INDEXED : mop & 3; /* 7: in any order */
    access->size = op->funct3 == 7 ? op->sew : sizes[op->funct3];
    access->fields = extract32(op->word, 29, 3) + 1;
    access->base = op->env->gpr[op->vs1];
    access->stride = access->way == STRIDED ? op->env->gpr[op->vs2]
                                            : (target_ulong)access->fields << access->size;
    bool is_known = access->way != 1 && (!access->is_store || mop < SIGNED || mop == 7);
    return is_known && access->size >= 0 && access->size <= op->sew &&
           !(access->is_signed && op->funct3 == 7) && is_target(op, access) &&
           op->vd + (access->fields << op->lmul) <= 32 && access->fields << op->lmul <= 8 &&
           (access->way != INDEXED || vector_is_group(op->vs2, op->lmul));
}

static target_ulong address(const VectorOp *op, const Access *access, uint32_t index, int field) {
    target_ulong at = access->base + ((target_ulong)field << access->size);
    if (access->way == INDEXED) {
        return at + vector_signed(vector_get(op->env, op->vs2, index, op->sew), op->sew);
    }
    return at + index * access->stride;
}

static void transfer(VectorOp *op, const Access *access, uint32_t index, int field) {
    target_ulong at = address(op, access, index, field);
    int group = op->vd + (field << op->lmul);
    if (access->is_store) {
        store(op, at, access->size, vector_get(op->env, group, index, op->sew));
        return;
    }
    uint64_t value = load(op, at, access->size);
    value = access->is_signed ? vector_signed(value, access->size) : value;
    vector_put(op->env, group, index, op->sew, value);
}

static bool is_readable(VectorOp *op, target_ulong at) {
    void *host;
    int mmu = riscv_env_mmu_index(op->env, false);
    int flags = probe_access_flags(op->env, at, 1, MMU_DATA_LOAD, mmu, true, &host, op->ra);
    return !(flags & TLB_INVALID_MASK);
}

/* Cut vl at the first element after the first that cannot be read, instead of a trap. */
static void limit_to_readable(VectorOp *op, const Access *access) {
    target_ulong last = (access->fields << access->size) - 1;
    for (uint32_t i = 1; i < op->env->vl; i++) {
        target_ulong at = address(op, access, i, 0);
        /* An element may begin in one page and end in the next. */
        if (vector_takes(op, i) && !(is_readable(op, at) && is_readable(op, at + last))) {
            op->env->vl = i;
            return;
        }
    }
}

bool vector_memory(VectorOp *op) {
    CPURISCVState *env = op->env;
    Access access;
    if (!take_apart(op, &access)) {
        return false;
    }
    if (access.way == UNIT && !access.is_store && op->vs2 == 16) {
        limit_to_readable(op, &access);
    } else if (access.way == UNIT && op->vs2) {
        return false;
    }
    for (uint32_t i = env->vstart; i < env->vl; i++) {
        env->vstart = i;                  /* where to go on after a fault */
        bool takes = vector_takes(op, i); /* before a field is loaded over the mask */
        for (int field = 0; field < access.fields && takes; field++) {
            transfer(op, &access, i, field);
        }
    }
    for (int field = 0; field < access.fields && !access.is_store; field++) {
        vector_zero_tail(op, op->vd + (field << op->lmul), op->sew, op->lmul);
    }
    env->vstart = 0;
    return true;
}
