/* SPDX-License-Identifier: MIT */
#include <rvv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined __riscv && __riscv_xlen == 64

#define DECLARE(flavour)                                                                       \
    void hibari_##flavour##_widen(float *to, const int8_t *weights, size_t count);             \
    void hibari_##flavour##_multiply(float *sums, const float *x, const float *tile,           \
                                     size_t count);                                            \
    void hibari_##flavour##_accumulate(float *y, const float *a, const float *b, size_t count)
DECLARE(rvv07);
DECLARE(rvv10);

static bool find_vector(struct kernels *kernels) {
    enum rvv version = rvv_version();
    if (version == RVV_07) {
        kernels->name = "rvv07";
        kernels->widen = hibari_rvv07_widen;
        kernels->multiply = hibari_rvv07_multiply;
        kernels->accumulate = hibari_rvv07_accumulate;
        return true;
    }
    if (version == RVV_10) {
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
