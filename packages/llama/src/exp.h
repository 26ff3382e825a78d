/* SPDX-License-Identifier: MIT */
/*
 * e^x in float32 arithmetic that every flavour of the kernels repeats bit by bit.
 *
 * x = n ln 2 + r, |r| <= ln 2 / 2: n by adding and taking away 1.5 * 2^23, which rounds to the
 * nearest whole number; r with ln 2 in two parts (Cody and Waite 1980); e^r by the polynomial of
 * Cephes' expf (Moshier 1992), degree 7; 2^n through the exponent's bits. Within 2 ulp from
 * EXP_LEAST to 0, where nothing is subnormal.
 */
#ifndef LLAMA_EXP_H
#define LLAMA_EXP_H

#define EXP_LEAST (-87.0f)        /* e^-87 = 1.6e-38, just above the least normal float */
#define EXP_ROUND 0x1.8p23f       /* adding it leaves no bits below 1 */
#define EXP_LOG2E 0x1.715476p+0f  /* 1 / ln 2 */
#define EXP_LN2_HIGH 0.693359375f /* 9 bits, so that n times it is exact */
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_P5 1.9875691500e-4f
#define EXP_P4 1.3981999507e-3f
#define EXP_P3 8.3334519073e-3f
#define EXP_P2 4.1665795894e-2f
#define EXP_P1 1.6666665459e-1f
#define EXP_P0 5.0000001201e-1f

#endif
