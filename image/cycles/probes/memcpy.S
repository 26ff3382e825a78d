// SPDX-License-Identifier: MIT
#include "probe.h"

measured:
1:  VSETVLI(x13, x12, M8)
    vle8.v v8, (a1)
    add a1, a1, a3
    sub a2, a2, a3
    vse8.v v8, (a0)
    add a0, a0, a3
    bnez a2, 1b
    ret
