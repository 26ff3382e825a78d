/* SPDX-License-Identifier: MIT */
/* Load everything, run one instruction, store everything. Vector instructions as words: */
#define SETVL(rs1, rs2) .word 0x80007057 | rs1 << 15 | rs2 << 20 /* vsetvl zero, rs1, rs2 */
#define LOAD_E8(vd, rs1) .word 0x02007007 | vd << 7 | rs1 << 15  /* vle.v */
#define STORE_E8(vd, rs1) .word 0x02007027 | vd << 7 | rs1 << 15 /* vse.v */
#define T1 6
#define T2 7
#define T3 28

    .option norelax
    .text
    .globl rvv_run, rvv_trapped

all_of_8:                       /* e8, m8: 128 bytes at a time */
    li t1, 128
    li t2, 3
    SETVL(T1, T2)
    ret

rvv_run:
    addi sp, sp, -32
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    mv s0, a0
    mv s1, a1
    call all_of_8
    addi t3, s0, 80
    LOAD_E8(0, T3)
    addi t3, t3, 128
    LOAD_E8(8, T3)
    addi t3, t3, 128
    LOAD_E8(16, T3)
    addi t3, t3, 128
    LOAD_E8(24, T3)
    ld t0, 64(s0)
    csrw fcsr, t0               /* with vxrm and vxsat */
    fld fa0, 48(s0)
    fld fa2, 56(s0)
    ld a1, 32(s0)
    ld a2, 40(s0)
    ld t1, 16(s0)
    ld t2, 8(s0)
    SETVL(T1, T2)
    ld a0, 24(s0)
    jalr s1
rvv_trapped:
    csrr t0, 0x008              /* vstart, before anything clears it */
    sd t0, 72(s0)
    csrr t0, 0xc20
    sd t0, 16(s0)
    sd a2, 40(s0)
    fsd fa2, 56(s0)
    csrr t0, fcsr
    csrr t1, 0x009              /* vxsat */
    slli t1, t1, 16
    or t0, t0, t1
    csrr t1, 0x00a              /* vxrm */
    slli t1, t1, 24
    or t0, t0, t1
    sd t0, 64(s0)
    call all_of_8
    addi t3, s0, 80
    STORE_E8(0, T3)
    addi t3, t3, 128
    STORE_E8(8, T3)
    addi t3, t3, 128
    STORE_E8(16, T3)
    addi t3, t3, 128
    STORE_E8(24, T3)
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    addi sp, sp, 32
    ret
