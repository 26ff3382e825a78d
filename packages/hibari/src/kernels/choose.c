/* SPDX-License-Identifier: MIT */
#include <rvv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "half.h"
#include "kernels.h"

enum { MOST = 2 }; /* flavours of a vector unit */

#if defined __riscv && __riscv_xlen == 64

#include "layout.h"

#define HAS(member, offset)                                                                     \
    _Static_assert(offsetof(struct product, member) == (offset), #member " as layout.h has it")
HAS(out, PRODUCT_OUT);
HAS(base, PRODUCT_BASE);
HAS(out_stride, PRODUCT_OUT_STRIDE);
HAS(base_stride, PRODUCT_BASE_STRIDE);
HAS(scales, PRODUCT_SCALES);
HAS(panel, PRODUCT_PANEL);
HAS(tile, PRODUCT_TILE);
HAS(depth, PRODUCT_DEPTH);
HAS(rows, PRODUCT_ROWS);
HAS(columns, PRODUCT_COLUMNS);

#define RVV07(kernel, parameters) void hibari_rvv07_##kernel parameters;
#define RVV10(kernel, parameters) void hibari_rvv10_##kernel parameters;
KERNELS(RVV07)
KERNELS(RVV10)

#define SET_RVV07(kernel, parameters) .kernel = hibari_rvv07_##kernel,
#define SET_RVV10(kernel, parameters) .kernel = hibari_rvv10_##kernel,
static const struct kernels rvv07 = {
    .name = "rvv07", .columns = TILE, .depth = DEPTH, KERNELS(SET_RVV07)};
static const struct kernels rvv10 = {
    .name = "rvv10", .columns = TILE, .depth = DEPTH, KERNELS(SET_RVV10)};

/* Those of this processor's vector unit, the fastest first; returns how many. */
static size_t find(struct kernels *found) {
    enum rvv version = rvv_version();
    if (version == RVV_NONE) {
        return 0;
    }
    size_t last = version == RVV_07 && rvv07_has_half() ? 1 : 0;
    found[0] = found[last] = version == RVV_07 ? rvv07 : rvv10;
    if (last > 0) {
        hibari_use_half(&found[0]);
    }
    return last + 1;
}

#else

static size_t find(struct kernels *found) {
    (void)found;
    return 0;
}

#endif

bool hibari_choose(struct kernels *fast, struct kernels *exact) {
    const char *name = getenv("HIBARI_KERNEL");
    struct kernels found[MOST + 1];
    size_t count = find(found);
    found[count++] = hibari_portable;
    for (size_t i = 0; i < count; i++) {
        if (name == NULL || name[0] == '\0' || strcmp(name, found[i].name) == 0) {
            *fast = found[i];
            *exact = found[found[i].columns > TILE ? i + 1 : i];
            return true;
        }
    }
    return false;
}
