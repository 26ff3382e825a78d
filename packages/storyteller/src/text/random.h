/* SPDX-License-Identifier: MIT */
/* Numbers that follow from a seed. */
#ifndef STORYTELLER_RANDOM_H
#define STORYTELLER_RANDOM_H

#include <stdint.h>

/* The next number of a series: seeds that are close to each other give series that are not. */
uint64_t next_random(uint64_t *state);

#endif
