/* SPDX-License-Identifier: MIT */
/*
 * Which vector unit this processor has. Kernels tell of it in ways of their own, and old ones of
 * RVV 0.7.1 only: asking the processor works on all.
 */
#ifndef RVV_H
#define RVV_H

#include <stdbool.h>

enum rvv {
    RVV_NONE, /* or not a RISC-V processor of 64 bits */
    RVV_07,   /* 0.7.1, as in T-Head's C906 */
    RVV_10,
};

/*
 * The vector unit's version, of registers of 128 bits or more. Handles SIGILL while it asks, so no
 * two threads may ask at a time.
 */
enum rvv rvv_version(void);

/*
 * Whether there is a unit of version 0.7.1, with registers of 128 bits, that computes in half
 * precision: products, their sums, and the conversions from and to float32 are tried, and the
 * result is checked. As above.
 */
bool rvv07_has_half(void);

#endif
