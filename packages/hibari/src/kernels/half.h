/* SPDX-License-Identifier: MIT */
/* Products in half precision: a flavour of its own, where RVV 0.7.1 has it. */
#ifndef HIBARI_HALF_H
#define HIBARI_HALF_H

#include "kernels.h"

/*
 * Takes half precision for the products of these kernels, of RVV 0.7.1. No number overflows.
 */
void hibari_use_half(struct kernels *kernels);

#endif
