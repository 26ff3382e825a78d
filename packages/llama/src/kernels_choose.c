/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined __riscv && __riscv_xlen == 64

#include <setjmp.h>
#include <signal.h>

#define FLAVOUR(prefix)                                                                            \
    void prefix##_tile_f32(const struct batch *batch, const float *tile, int columns);             \
    void prefix##_tile_q16(const struct batch *batch, const int16_t *tile, const float *scale,     \
                           int columns);                                                           \
    void prefix##_tile_q4(float *out, const float *x, const uint16_t *tile, const float *scale,    \
                          int columns);                                                            \
    void prefix##_scores(float *out, const float *query, const float *keys, size_t stride,         \
                         int size, float root, int count);                                         \
    void prefix##_mix(float *out, const float *weights, const float *values, int size, int count); \
    void prefix##_add(float *x, const float *more, int size);                                      \
    void prefix##_scale(float *out, const float *x, const float *weight, float scale, int size);   \
    float prefix##_greatest(const float *x, int size);                                             \
    float prefix##_exponents(float *out, const float *x, float most, int size);                    \
    void prefix##_swiglu(float *gate, const float *up, int size);                                  \
    void prefix##_multiply(float *x, float factor, int size);                                      \
    static const struct kernels kernels_##prefix = {                                               \
        .name = #prefix,                                                                           \
        .tile_f32 = prefix##_tile_f32,                                                             \
        .tile_q16 = prefix##_tile_q16,                                                             \
        .tile_q4 = prefix##_tile_q4,                                                               \
        .scores = prefix##_scores,                                                                 \
        .mix = prefix##_mix,                                                                       \
        .add = prefix##_add,                                                                       \
        .scale = prefix##_scale,                                                                   \
        .greatest = prefix##_greatest,                                                             \
        .exponents = prefix##_exponents,                                                           \
        .swiglu = prefix##_swiglu,                                                                 \
        .multiply = prefix##_multiply,                                                             \
    }

FLAVOUR(rvv07);
FLAVOUR(rvv10);

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
