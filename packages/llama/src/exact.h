/* SPDX-License-Identifier: MIT */
/*
 * Included by every file that computes with floats. A story depends on each rounding, so a
 * compiler that is allowed to round in other places tells another story: refuse it, where it can
 * be found out.
 */
#ifndef LLAMA_EXACT_H
#define LLAMA_EXACT_H

#include <float.h>

#if defined __FAST_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__)
#error "fast math reorders sums and forgets NaN: compile without it"
#endif

#if FLT_EVAL_METHOD != 0
#error "float expressions are computed wider than float: choose IEEE single precision units"
#endif

/*
 * A product and a sum contracted into one fused instruction round once instead of twice. C has a
 * pragma against it, which clang obeys. gcc knows none; there ISO mode switches contraction off.
 */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#elif defined __FP_FAST_FMAF && !defined __STRICT_ANSI__
#error "gcc contracts to fused multiply-add in its GNU dialects: compile with -std=c11"
#endif

#endif
