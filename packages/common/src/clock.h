/* SPDX-License-Identifier: MIT */
/* What a story costs: time and memory. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

/* Seconds since some fixed moment; never set back. */
double clock_seconds(void);

/* Memory of this process in MiB, 0 when the system does not tell: the most that was in RAM at once
 * since it was started, with pages of files that the kernel can take back (docs/storyteller.md);
 * and what of it is there now. */
double peak_mib(void);
double resident_mib(void);

/* A seed that differs each time, even right after power-on: 1 to 999,999,999. */
uint64_t fresh_seed(void);

#endif
