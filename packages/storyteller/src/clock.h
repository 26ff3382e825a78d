/* SPDX-License-Identifier: MIT */
/* What a story costs: time and memory. */
#ifndef STORYTELLER_CLOCK_H
#define STORYTELLER_CLOCK_H

#include <stdint.h>

/* Seconds since some fixed moment; never set back. */
double clock_seconds(void);

/* Memory of this process that is in RAM, in MiB. 0 when the system does not tell. */
double resident_mib(void);

/* A seed that differs each time, even right after power-on: 1 to 999,999,999. */
uint64_t fresh_seed(void);

#endif
