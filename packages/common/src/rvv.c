/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "rvv.h"

#if defined __riscv && __riscv_xlen == 64

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

/*
 * Each question is asked in words that only its version has, or that trap elsewhere. The answers:
 * element 0 of a register after vl was set for LANES floats, which returns vl; the product below.
 */
enum { LANES = 32, BYTES = 16 };

static sigjmp_buf no_such_instruction;

static void on_illegal(int signal) {
    (void)signal;
    siglongjmp(no_such_instruction, 1);
}

static long ask_rvv07(void) {
    register long lanes __asm__("a0") = LANES;
    __asm__ volatile(".word 0x00b57557\n\t" /* vsetvli a0, a0, e32, m8 */
                     ".word 0x320025d7"     /* th.vext.x.v a1, v0, zero */
                     : "+r"(lanes)
                     :
                     : "a1");
    return lanes;
}

static long ask_rvv10(void) {
    register long lanes __asm__("a0") = LANES;
    __asm__ volatile(".word 0x01357557\n\t" /* vsetvli a0, a0, e32, m8 */
                     ".word 0x420025d7"     /* vmv.x.s a1, v0 */
                     : "+r"(lanes)
                     :
                     : "a1");
    return lanes;
}

static long ask_bytes(void) {
    register long bytes __asm__("a0");
    __asm__ volatile(".word 0x00007557" /* vsetvli a0, zero, e8, m1: all that a register has */
                     : "=r"(bytes));
    return bytes;
}

/* In half precision 1.5 * 3 + 1.5 * 2.25 = 7.875, of which these are the bits as float32. */
enum { HALF_SUM = 0x40fc0000 };

static long ask_half(void) {
    static const struct {
        float single;
        uint16_t half;
    } numbers = {2.25f, 0x3e00 /* 1.5 */};
    register long result __asm__("a0") = (long)&numbers;
    __asm__ volatile(".option push\n\t"
                     ".option arch, +v, +zfh\n\t"
                     "flw fa1, 0(a0)\n\t"
                     "flh fa0, 4(a0)\n\t"
                     "li a1, 16\n\t"
                     ".word 0x00a5f5d7\n\t" /* vsetvli a1, a1, e32, m4 */
                     "vfmv.v.f v4, fa1\n\t"
                     ".word 0x0055f5d7\n\t" /* vsetvli a1, a1, e16, m2 */
                     ".word 0x8a4a1057\n\t" /* vfncvt.f.f.v v0, v4 */
                     "vmv.v.i v2, 3\n\t"
                     ".word 0x8a219157\n\t" /* vfcvt.f.x.v v2, v2 */
                     "vfmul.vf v2, v2, fa0\n\t"
                     "vfmacc.vf v2, fa0, v0\n\t"
                     ".word 0x8a261257\n\t" /* vfwcvt.f.f.v v4, v2 */
                     ".word 0x00a5f5d7\n\t" /* vsetvli a1, a1, e32, m4 */
                     ".word 0x32402557\n\t" /* th.vext.x.v a0, v4, zero */
                     ".option pop"
                     : "+r"(result)
                     :
                     : "a1", "fa0", "fa1", "memory");
    return result;
}

/* Whether the question has this answer, and does not trap. */
static bool answers(long (*ask)(void), long wanted) {
    struct sigaction trap = {.sa_handler = on_illegal}, before;
    volatile bool right = false;
    sigemptyset(&trap.sa_mask);
    if (sigaction(SIGILL, &trap, &before) != 0) {
        return false;
    }
    if (sigsetjmp(no_such_instruction, 1) == 0) {
        right = ask() == wanted;
    }
    sigaction(SIGILL, &before, 0);
    return right;
}

enum rvv rvv_version(void) {
    if (answers(ask_rvv07, LANES)) {
        return RVV_07;
    }
    return answers(ask_rvv10, LANES) ? RVV_10 : RVV_NONE;
}

bool rvv07_has_half(void) {
    return answers(ask_rvv07, LANES) && answers(ask_bytes, BYTES) && answers(ask_half, HALF_SUM);
}

#else

enum rvv rvv_version(void) {
    return RVV_NONE;
}

bool rvv07_has_half(void) {
    return false;
}

#endif
