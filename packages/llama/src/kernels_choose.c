/* SPDX-License-Identifier: MIT */
#include <rvv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#if defined __riscv && __riscv_xlen == 64

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

static const struct kernels *vector_kernels(void) {
    enum rvv version = rvv_version();
    if (version == RVV_07) {
        return &kernels_rvv07;
    }
    return version == RVV_10 ? &kernels_rvv10 : NULL;
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
