/*
 * Control registers of T-Head's C906, and those of its vector unit, whose numbers are RVV 1.0's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"

#include "cpu.h"
#include "cpu_vendorid.h"
#include "exec/cputlb.h"
#include "exec/exec-all.h"
#include "vector.h"

#define SXSTATUS 0x5c0 /* mxstatus and mhcr, as S mode sees them */
#define SHCR 0x5c1
#define SUPERVISOR 0x5c0
#define MXSTATUS 0x7c0
#define MAEE (1 << 21)
#define MHCR 0x7c1
#define MCOR 0x7c2
#define MCOR_ORDERS 0x70037ULL /* invalidations and the like, done at once */
#define MACHINE 0x7c0
#define SMCIR 0x9c3
#define SMCIR_FLUSHES (3ULL << 26) /* all of the TLB, or all of an ASID */
#define TLB 0x9c0
#define IDENTITY 0xfc0 /* mcpuid and the like: read as 0 */
#define FCSR_VXSAT 8   /* first bits in fcsr */
#define FCSR_VXRM 9

static RISCVException always(CPURISCVState *env, int number) {
    return RISCV_EXCP_NONE;
}

static uint64_t *place_of(CPURISCVState *env, int number) {
    switch (number) {
    case SXSTATUS:
    case SHCR:
        return &env->c906.machine[number - SUPERVISOR];
    case SHCR + 1 ... SUPERVISOR + C906_CSRS - 1:
        return &env->c906.supervisor[number - SUPERVISOR];
    case MACHINE ... MACHINE + C906_CSRS - 1:
        return &env->c906.machine[number - MACHINE];
    case TLB ... TLB + C906_CSRS - 1:
        return &env->c906.tlb[number - TLB];
    default:
        return NULL;
    }
}

static RISCVException own_read(CPURISCVState *env, int number, target_ulong *value) {
    uint64_t *place = place_of(env, number);
    *value = place ? *place : 0;
    return RISCV_EXCP_NONE;
}

static void set_mxstatus(CPURISCVState *env, uint64_t value) {
    bool has_page_bits = value & MAEE;
    env->c906.machine[MXSTATUS - MACHINE] = extract64(value, 0, 32);
    if (has_page_bits != env->c906.has_page_bits) {
        env->c906.has_page_bits = has_page_bits;
        tlb_flush(env_cpu(env));
    }
}

static RISCVException own_write(CPURISCVState *env, int number, target_ulong value) {
    uint64_t *place = place_of(env, number);
    switch (number) {
    case SXSTATUS:
    case SHCR:
        break;
    case MXSTATUS:
        set_mxstatus(env, value);
        break;
    case MCOR:
        *place = value & ~MCOR_ORDERS;
        break;
    case SMCIR:
        if (value & SMCIR_FLUSHES) {
            tlb_flush(env_cpu(env));
        }
        *place = 0;
        break;
    default:
        if (place) {
            *place = value;
        }
    }
    return RISCV_EXCP_NONE;
}

static RISCVException if_vector(CPURISCVState *env, int number) {
    return env->mstatus & C906_VS ? RISCV_EXCP_NONE : RISCV_EXCP_ILLEGAL_INST;
}

static RISCVException vector_read(CPURISCVState *env, int number, target_ulong *value) {
    switch (number) {
    case CSR_VSTART:
        *value = env->vstart;
        break;
    case CSR_VXSAT:
        *value = env->vxsat;
        break;
    case CSR_VXRM:
        *value = env->vxrm;
        break;
    case CSR_VL:
        *value = env->vl;
        break;
    default: /* CSR_VTYPE */
        *value = env->vill ? 1ULL << 63 : env->vtype;
    }
    return RISCV_EXCP_NONE;
}

static RISCVException vector_write(CPURISCVState *env, int number, target_ulong value) {
    env->mstatus |= C906_VS; /* dirty */
    switch (number) {
    case CSR_VSTART:
        env->vstart = value % (8 * C906_VLEN_BYTES);
        break;
    case CSR_VXSAT:
        env->vxsat = extract64(value, 0, 1);
        break;
    default: /* CSR_VXRM */
        env->vxrm = extract64(value, 0, 2);
    }
    return RISCV_EXCP_NONE;
}

static RISCVException if_float(CPURISCVState *env, int number) {
    return env->mstatus & MSTATUS_FS ? RISCV_EXCP_NONE : RISCV_EXCP_ILLEGAL_INST;
}

/* In RVV 0.7.1, fcsr has vxsat and vxrm, too, above what a scalar unit has there. */
static RISCVException fcsr_read(CPURISCVState *env, int number, target_ulong *value) {
    *value = riscv_cpu_get_fflags(env) | env->frm << FSR_RD_SHIFT;
    if (env->mstatus & C906_VS) {
        *value |= env->vxsat << FCSR_VXSAT | env->vxrm << FCSR_VXRM;
    }
    return RISCV_EXCP_NONE;
}

static RISCVException fcsr_write(CPURISCVState *env, int number, target_ulong value) {
    env->mstatus |= MSTATUS_FS; /* dirty */
    env->frm = (value & FSR_RD) >> FSR_RD_SHIFT;
    riscv_cpu_set_fflags(env, (value & FSR_AEXC) >> FSR_AEXC_SHIFT);
    if (env->mstatus & C906_VS) {
        vector_write(env, CSR_VXSAT, extract64(value, FCSR_VXSAT, 1));
        vector_write(env, CSR_VXRM, extract64(value, FCSR_VXRM, 2));
    }
    return RISCV_EXCP_NONE;
}

/* Called for each CPU that is created. */
void th_register_custom_csrs(RISCVCPU *cpu) {
    static riscv_csr_operations own = {"c906", always, own_read, own_write};
    static riscv_csr_operations vector = {"c906.vector", if_vector, vector_read, vector_write};
    static riscv_csr_operations fcsr = {"c906.fcsr", if_float, fcsr_read, fcsr_write};
    static const int vector_numbers[] = {CSR_VSTART, CSR_VXSAT, CSR_VXRM, CSR_VL, CSR_VTYPE};
    if (cpu->cfg.mvendorid != THEAD_VENDOR_ID) {
        return;
    }
    for (int i = 0; i < C906_CSRS; i++) {
        riscv_set_csr_ops(SUPERVISOR + i, &own);
        riscv_set_csr_ops(MACHINE + i, &own);
        riscv_set_csr_ops(TLB + i, &own);
        riscv_set_csr_ops(IDENTITY + i, &own);
    }
    for (int i = 0; i < ARRAY_SIZE(vector_numbers); i++) {
        riscv_set_csr_ops(vector_numbers[i], &vector);
    }
    riscv_set_csr_ops(CSR_FCSR, &fcsr);
}
