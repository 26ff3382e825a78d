/* SPDX-License-Identifier: MIT */
#include "half.h"

#if defined __riscv && __riscv_xlen == 64

#include <string.h>

#include "layout.h"

void hibari_rvv07half_widen(void *tile, const int8_t *weights, size_t apart, size_t depth);
void hibari_rvv07half_multiply(const struct product *product);
float hibari_rvv07half_largest(const float *x, size_t count);
void hibari_rvv07half_narrow(uint16_t *to, const float *x, float factor, size_t count);

/* With sums of twice as many the sound is 2.5 dB nearer to the noise (mean of five sentences). */
enum { HALF_DEPTH = DEPTH / 2 };
_Static_assert(ROWS * sizeof(float) <= HALF_HEADER, "a factor of each row");

static float power_of_two(uint32_t exponent) {
    uint32_t bits = exponent << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/*
 * Each row is made smaller than 1, by a power of two, so that even the largest possible sum of
 * products with weights of 8 bits, 16,384, can be told in half precision.
 */
static void pack(void *panel, const float *x, size_t stride, size_t depth, size_t rows) {
    enum { LOWEST = 1, HIGHEST = 252 }; /* exponents, so that both powers are normal numbers */
    float *factors = panel;
    uint16_t *to = (uint16_t *)(void *)((unsigned char *)panel + HALF_HEADER);
    if (rows < ROWS) {
        memset(panel, 0, HALF_HEADER + ROWS * depth * sizeof *to);
    }
    for (size_t r = 0; r < rows; r++) {
        float largest = hibari_rvv07half_largest(x + r * stride, depth);
        uint32_t bits;
        memcpy(&bits, &largest, sizeof bits);
        uint32_t exponent = bits >> 23 & 255;
        exponent = exponent < LOWEST ? LOWEST : exponent > HIGHEST ? HIGHEST : exponent;
        factors[r] = power_of_two(exponent + 1);
        hibari_rvv07half_narrow(to + r, x + r * stride, power_of_two(253 - exponent), depth);
    }
}

void hibari_use_half(struct kernels *kernels) {
    kernels->name = "rvv07half";
    kernels->columns = (size_t)2 * TILE;
    kernels->depth = HALF_DEPTH;
    kernels->widen = hibari_rvv07half_widen;
    kernels->pack = pack;
    kernels->multiply = hibari_rvv07half_multiply;
}

#else

void hibari_use_half(struct kernels *kernels) {
    (void)kernels;
}

#endif
