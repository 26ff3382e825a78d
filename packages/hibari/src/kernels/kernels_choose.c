/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined __riscv && __riscv_xlen == 64

#include <setjmp.h>
#include <signal.h>

#define DECLARE(flavour)                                                                       \
    void hibari_##flavour##_widen(float *to, const int8_t *weights, size_t count);             \
    void hibari_##flavour##_multiply(float *sums, const float *x, const float *tile,           \
                                     size_t count);                                            \
    void hibari_##flavour##_accumulate(float *y, const float *a, const float *b, size_t count)
DECLARE(rvv07);
DECLARE(rvv10);

static sigjmp_buf no_such_instruction;

static void on_illegal(int signal) {
    (void)signal;
    siglongjmp(no_such_instruction, 1);
}

/*
 * Each asks for vl with 32 floats wanted and reads element 0, in words that only its version has;
 * elsewhere they trap. The engine llama asks in the same way.
 */
static long ask_rvv07(void) {
    register long lanes __asm__("a0") = 32;
    __asm__ volatile(".word 0x00b57557\n\t" /* vsetvli a0, a0, e32, m8 */
                     ".word 0x320025d7"     /* th.vext.x.v a1, v0, zero */
                     : "+r"(lanes)
                     :
                     : "a1");
    return lanes;
}

static long ask_rvv10(void) {
    register long lanes __asm__("a0") = 32;
    __asm__ volatile(".word 0x01357557\n\t" /* vsetvli a0, a0, e32, m8 */
                     ".word 0x420025d7"     /* vmv.x.s a1, v0 */
                     : "+r"(lanes)
                     :
                     : "a1");
    return lanes;
}

/* False when the question traps. */
static bool is_there(long (*ask)(void)) {
    struct sigaction trap = {.sa_handler = on_illegal}, before;
    volatile bool there = false;
    sigemptyset(&trap.sa_mask);
    if (sigaction(SIGILL, &trap, &before) != 0) {
        return false;
    }
    if (sigsetjmp(no_such_instruction, 1) == 0) {
        there = ask() == 32;
    }
    sigaction(SIGILL, &before, NULL);
    return there;
}

static bool find_vector(struct kernels *kernels) {
    if (is_there(ask_rvv07)) {
        kernels->name = "rvv07";
        kernels->widen = hibari_rvv07_widen;
        kernels->multiply = hibari_rvv07_multiply;
        kernels->accumulate = hibari_rvv07_accumulate;
        return true;
    }
    if (is_there(ask_rvv10)) {
        kernels->name = "rvv10";
        kernels->widen = hibari_rvv10_widen;
        kernels->multiply = hibari_rvv10_multiply;
        kernels->accumulate = hibari_rvv10_accumulate;
        return true;
    }
    return false;
}

#else

static bool find_vector(struct kernels *kernels) {
    (void)kernels;
    return false;
}

#endif

bool hibari_choose(struct kernels *kernels) {
    const char *name = getenv("HIBARI_KERNEL");
    *kernels = hibari_portable;
    if (name == NULL || name[0] == '\0') {
        find_vector(kernels);
        return true;
    }
    return strcmp(name, kernels->name) == 0 ||
           (find_vector(kernels) && strcmp(name, kernels->name) == 0);
}
