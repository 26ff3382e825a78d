/* SPDX-License-Identifier: MIT */
/*
 * Holds the kernels that this processor is given (HIBARI_KERNEL names others) against the portable
 * ones: for each a line with its name and how large the greatest difference is, in units of what
 * the arithmetic may lose. `kernels name` says only which ones they are.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"

enum { MOST = 4096, ROUNDS = 3 };
static const float single = 1e-6f; /* relative, of a few sums */

static struct kernels chosen, exact;
static float a[MOST], b[MOST], c[MOST], d[MOST], wanted[MOST], found[MOST], other[MOST];
static int8_t weights[2 * DEPTH * TILE + SLACK];
static _Alignas(64) unsigned char panel[2][4 * ROWS * DEPTH + SLACK],
    tile[2][4 * DEPTH * TILE + SLACK];

static uint32_t random_bits(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

static void fill(float *x, size_t count, float most) {
    for (size_t i = 0; i < count; i++) {
        x[i] = ((float)random_bits() / 2147483648.0f - 1) * most;
    }
}

static void start(void) {
    fill(wanted, MOST, 1);
    memcpy(found, wanted, sizeof found);
    memcpy(other, wanted, sizeof other);
}

static void report(const char *name, const float *one, const float *two, float unit) {
    float largest = 0;
    for (size_t i = 0; i < MOST; i++) {
        float size = fmaxf(1, fabsf(one[i]));
        float lost = fabsf(one[i] - two[i]) / (unit * size);
        largest = fmaxf(largest, isnan(lost) ? INFINITY : lost);
    }
    printf("%s %g\n", name, (double)largest);
}

static void run_product(const struct kernels *kernels, int which, struct product product,
                        size_t rows) {
    size_t second = product.columns > TILE ? DEPTH * TILE : 0;
    kernels->widen(tile[which], weights, second, product.depth);
    kernels->pack(panel[which], a, 300, product.depth, rows);
    product.tile = tile[which];
    product.panel = panel[which];
    product.rows = rows;
    kernels->multiply(&product);
}

/* In tiles of the portable width, whatever that of the others. */
static void run_portable_product(struct product product, size_t rows) {
    size_t columns = product.columns;
    for (size_t from = 0; from < columns; from += TILE) {
        struct product part = product;
        part.out += from;
        part.base += from;
        part.scales += from;
        part.columns = columns - from < TILE ? columns - from : TILE;
        const int8_t *here = weights + (from ? DEPTH * TILE : 0);
        hibari_portable.widen(tile[0], here, 0, part.depth);
        hibari_portable.pack(panel[0], a, 300, part.depth, rows);
        part.tile = tile[0];
        part.panel = panel[0];
        part.rows = rows;
        hibari_portable.multiply(&part);
    }
}

static void test_product(size_t depth, size_t rows, size_t columns, float lost) {
    char name[64];
    for (size_t i = 0; i < sizeof weights; i++) {
        weights[i] = (int8_t)random_bits();
    }
    fill(a, MOST, 3);
    fill(b, MOST, 1);
    fill(c, MOST, 0.001f);
    start();
    struct product product = {.out = wanted,
                              .base = b,
                              .out_stride = 40,
                              .scales = c,
                              .depth = depth,
                              .columns = columns};
    run_portable_product(product, rows);
    product.out = found;
    run_product(&chosen, 1, product, rows);
    product.out = found;
    product.base = found; /* and once more, on top */
    product.base_stride = 40;
    run_product(&chosen, 1, product, rows);
    product.out = wanted;
    product.base = wanted;
    run_portable_product(product, rows);
    snprintf(name, sizeof name, "product_%zu_%zu_%zu", depth, rows, columns);
    report(name, wanted, found, lost);
}

static void test_products(void) {
    float lost = chosen.columns > TILE ? 2e-2f : 1e-5f;
    const size_t depths[] = {chosen.depth, chosen.depth / 2 + 14, 2}, rows[] = {ROWS, 1, 4};
    for (size_t i = 0; i < 3; i++) {
        test_product(depths[i], rows[i], chosen.columns, lost);
        test_product(depths[i], rows[i], chosen.columns - 3, lost);
        test_product(depths[i], rows[i], 4, lost);
    }
}

static void test_sums(size_t count) {
    fill(a, MOST, 2), fill(b, MOST, 2), fill(c, MOST, 2), fill(d, MOST, 2);
    start();
    hibari_portable.accumulate(wanted, d, a, b, count);
    chosen.accumulate(found, d, a, b, count);
    report("accumulate", wanted, found, single);
    start();
    hibari_portable.depthwise(wanted, a, 300, b, c, 7, count);
    chosen.depthwise(found, a, 300, b, c, 7, count);
    report("depthwise", wanted, found, 10 * single);
    start();
    hibari_portable.combine(wanted, other, a, b, 300, c, 5, count);
    memcpy(d, found, sizeof d);
    chosen.combine(found, d, a, b, 300, c, 5, count);
    report("combine", wanted, found, 10 * single);
    report("combine", other, d, 10 * single);
}

static void test_complex(size_t count) {
    fill(a, MOST, 2), fill(b, MOST, 2), fill(c, MOST, 2), fill(d, MOST, 2);
    start();
    float *imaginary = found + MOST / 2;
    hibari_portable.filter(wanted, wanted + MOST / 2, a, b, c, d, count);
    chosen.filter(found, imaginary, a, b, c, d, count);
    report("filter", wanted, found, 10 * single);
    start();
    hibari_portable.split(wanted, wanted + MOST / 2, a, b, c, d, count, 300);
    chosen.split(found, imaginary, a, b, c, d, count, 300);
    report("split", wanted, found, 10 * single);
}

static void test_rows(size_t count) {
    fill(a, MOST, 2), fill(b, MOST, 2), fill(c, MOST, 2);
    start();
    hibari_portable.norm(wanted, a, b, c, count);
    chosen.norm(found, a, b, c, count);
    report("norm", wanted, found, 10 * single);
    start();
    hibari_portable.scores(wanted, a, b, 300, count, 9, 0.125f);
    chosen.scores(found, a, b, 300, count, 9, 0.125f);
    report("scores", wanted, found, 10 * single);
    start();
    hibari_portable.weighted_sum(wanted, a, b, 300, count, 9);
    chosen.weighted_sum(found, a, b, 300, count, 9);
    report("weighted_sum", wanted, found, 10 * single);
}

static void test_functions(size_t count, float most) {
    fill(a, MOST, most), fill(b, MOST, most * 10);
    start();
    memcpy(wanted, a, count * sizeof *a);
    memcpy(found, a, count * sizeof *a);
    hibari_portable.gelu(wanted, count);
    chosen.gelu(found, count);
    report("gelu", wanted, found, most * single);
    start();
    memcpy(wanted, a, count * sizeof *a);
    memcpy(found, a, count * sizeof *a);
    hibari_portable.softmax(wanted, count);
    chosen.softmax(found, count);
    report("softmax", wanted, found, single);
    start();
    hibari_portable.polar(wanted, other, a, b, count);
    memcpy(d, found, sizeof d);
    chosen.polar(found, d, a, b, count);
    report("polar", wanted, found, 1100 * single); /* of e^7 */
    report("polar", other, d, 1100 * single);
    start();
    memcpy(wanted, a, count * sizeof *a);
    memcpy(found, a, count * sizeof *a);
    hibari_portable.turn(wanted, count);
    chosen.turn(found, count);
    report("turn", wanted, found, single);
}

static void test_pulses(size_t count) {
    uint32_t phases[2][MOST / 8];
    fill(a, MOST, 60), fill(b, MOST, 1);
    start();
    hibari_portable.steps(phases[0], wanted, a, 45, 100, count);
    chosen.steps(phases[1], found, a, 45, 100, count);
    report("steps", wanted, found, single);
    for (size_t i = 0; i < count; i++) {
        wanted[i] = (float)phases[0][i];
        found[i] = (float)phases[1][i];
        phases[0][i] = i % 3 == 0 ? (uint32_t)i : random_bits(); /* near 0, too */
    }
    report("steps", wanted, found, single);
    for (size_t i = 0; i < count; i++) {
        a[i] = i % 4 == 0 ? 0 : (float)(i % 275) + 0.5f;
    }
    start();
    hibari_portable.pulses(wanted, phases[0], a, count);
    chosen.pulses(found, phases[0], a, count);
    report("pulses", wanted, found, 300 * single); /* of angles up to 300 turns */
}

static void test_places(size_t count) {
    fill(a, MOST, 2), fill(b, MOST, 2), fill(c, MOST, 2), fill(d, MOST, 2);
    start();
    hibari_portable.deal(wanted, wanted + MOST / 2, a, b, count);
    chosen.deal(found, found + MOST / 2, a, b, count);
    report("deal", wanted, found, single);
    start();
    hibari_portable.weave(wanted, a, b, 0.3f, count);
    chosen.weave(found, a, b, 0.3f, count);
    report("weave", wanted, found, single);
    start();
    hibari_portable.spread(wanted, wanted + MOST / 2, a, b, c, d, 6, count);
    chosen.spread(found, found + MOST / 2, a, b, c, d, 6, count);
    report("spread", wanted, found, single);
}

static void test_noise(void) {
    uint32_t states[2][LANES];
    for (size_t i = 0; i < LANES; i++) {
        states[0][i] = states[1][i] = random_bits() | 1;
    }
    start();
    for (int round = 0; round < ROUNDS; round++) {
        hibari_portable.noise(wanted, states[0], (size_t)4 * LANES);
        chosen.noise(found, states[1], (size_t)4 * LANES);
        report("noise", wanted, found, single);
    }
}

int main(int count, char **words) {
    if (!hibari_choose(&chosen, &exact)) {
        printf("none\n");
        return 0;
    }
    if (count > 1 && strcmp(words[1], "name") == 0) {
        printf("%s\n", chosen.name);
        return 0;
    }
    test_products();
    static const size_t counts[] = {1, 25, 120, 300};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        test_sums(counts[i]);
        test_complex(counts[i]);
        test_pulses(counts[i]);
        test_places(counts[i]);
        test_functions(counts[i], 1);
        test_functions(counts[i], 12);
    }
    test_noise();
    test_rows(LANES);
    test_rows((size_t)3 * LANES);
    test_rows((size_t)8 * LANES);
    return 0;
}
