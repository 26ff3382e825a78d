/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined __riscv && __riscv_xlen == 64

#include <setjmp.h>
#include <signal.h>

#include "kernels_layout.h"

#define HAS(member, offset)                                    \
    _Static_assert(offsetof(struct batch, member) == (offset), \
                   #member " as kernels_layout.h has it")
HAS(out, BATCH_OUT);
HAS(out_stride, BATCH_OUT_STRIDE);
HAS(x, BATCH_X);
HAS(x_stride, BATCH_X_STRIDE);
HAS(count, BATCH_COUNT);
_Static_assert(sizeof((struct batch){0}.count) == 4, "the assembly loads a word");
_Static_assert(TILE == TILE_ROWS, "rows of a tile");
_Static_assert(TOUCH == TOUCH_BYTES, "bytes that can be read after a tile");
_Static_assert(LANES * sizeof(float) == LANE_BYTES, "bytes of all lanes");

#define RVV07(type, kernel, parameters) type rvv07_##kernel parameters;
#define RVV10(type, kernel, parameters) type rvv10_##kernel parameters;
KERNELS(RVV07)
KERNELS(RVV10)

#define SET_RVV07(type, kernel, parameters) .kernel = rvv07_##kernel,
#define SET_RVV10(type, kernel, parameters) .kernel = rvv10_##kernel,
static const struct kernels kernels_rvv07 = {.name = "rvv07", KERNELS(SET_RVV07)};
static const struct kernels kernels_rvv10 = {.name = "rvv10", KERNELS(SET_RVV10)};

static sigjmp_buf no_such_instruction;

static void on_illegal(int signal) {
    (void)signal;
    siglongjmp(no_such_instruction, 1);
}

/*
 * Each asks for vl with 32 floats wanted and reads element 0, in words that only its version has;
 * elsewhere they trap. Kernels tell of their vector unit in ways of their own, and old ones of
 * 0.7.1 only: asking the processor works on all.
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
        there = ask() == LANES;
    }
    sigaction(SIGILL, &before, NULL);
    return there;
}

static const struct kernels *vector_kernels(void) {
    if (is_there(ask_rvv07)) {
        return &kernels_rvv07;
    }
    return is_there(ask_rvv10) ? &kernels_rvv10 : NULL;
}

#else

static const struct kernels *vector_kernels(void) {
    return NULL;
}

#endif

const struct kernels *kernels_choose(void) {
    const char *name = getenv("LLAMA_KERNEL");
    bool any = name == NULL || name[0] == '\0';
    if (!any && strcmp(name, kernels_portable.name) == 0) {
        return &kernels_portable;
    }
    const struct kernels *vector = vector_kernels();
    if (any) {
        return vector != NULL ? vector : &kernels_portable;
    }
    return vector != NULL && strcmp(name, vector->name) == 0 ? vector : NULL;
}
