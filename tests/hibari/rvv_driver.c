/* SPDX-License-Identifier: MIT */
/* Says which vector unit this processor has. */
#include <stdio.h>

#include "rvv.h"

int main(void) {
    static const char *const names[] = {[RVV_NONE] = "none", [RVV_07] = "0.7.1", [RVV_10] = "1.0"};
    printf("%s%s\n", names[rvv_version()], rvv07_has_half() ? " with half precision" : "");
    return 0;
}
