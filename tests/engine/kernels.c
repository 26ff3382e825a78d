/* SPDX-License-Identifier: MIT */
/*
 * Holds the chosen kernels against the portable ones, bit for bit: `kernels NAME` for one of them,
 * `kernels chosen` to tell which flavour it is. For a profiler, `kernels cost_q16 COUNT COLUMNS
 * TILES` (or cost_f32) only streams tiles through their kernel.
 *
 * Each array has pages of its own, and pages that no one may touch around them: it lies at their
 * end or at their start. What one kernel wrote is compared with the rest of its pages, so that a
 * write beside an array is seen, and a read beside it traps unless it stays in the same page.
 */
#define _DEFAULT_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "exp.h"
#include "kernels.h"

enum { PAGE = 4096, ROUNDS = 2, MOST_SIZE = 32000 };

static const struct kernels *const oracle = &kernels_portable;
static const struct kernels *chosen;
static bool at_end; /* where in their pages the arrays of this round lie */

/* --- pages and numbers ---------------------------------------------------------------------- */

struct array {
    unsigned char *pages;
    size_t bytes; /* of the pages */
    void *at;
};

/* Room for so many bytes, of which the first `own` are written and the others may be read. */
static struct array array_new(size_t own, size_t beyond) {
    size_t bytes = (own + beyond + PAGE - 1) / PAGE * PAGE;
    unsigned char *all =
        mmap(NULL, bytes + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + PAGE, bytes, PROT_READ | PROT_WRITE) != 0) {
        abort();
    }
    struct array array = {.pages = all + PAGE, .bytes = bytes, .at = all + PAGE};
    if (at_end) {
        array.at = array.pages + bytes - own - beyond;
    }
    memset(array.pages, 0xA5, bytes);
    return array;
}

static void array_free(struct array *array) {
    munmap(array->pages - PAGE, array->bytes + 2 * PAGE);
}

static uint32_t random_bits(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

static int random_below(int limit) {
    return (int)(random_bits() % (uint32_t)limit);
}

static float random_between(float least, float max) {
    return least + (max - least) * (float)random_below(1 << 24) * 0x1p-24f;
}

/* Zeros of both signs now and then, else any size of number that a model holds. */
static float random_number(void) {
    switch (random_below(16)) {
    case 0:
        return 0.0f;
    case 1:
        return -0.0f;
    default:
        return ldexpf(random_between(-1.0f, 1.0f), random_below(24) - 12);
    }
}

static int16_t random_weight(void) {
    static const int16_t edges[] = {0, 1, -1, INT16_MAX, -INT16_MAX};
    int kind = random_below(16);
    return kind < 5 ? edges[kind] : (int16_t)(random_below(2 * INT16_MAX + 1) - INT16_MAX);
}

static struct array floats(size_t count) {
    struct array array = array_new(count * sizeof(float), 0);
    for (size_t i = 0; i < count; i++) {
        ((float *)array.at)[i] = random_number();
    }
    return array;
}

static struct array copy_of(const struct array *from) {
    struct array array = array_new(from->bytes, 0);
    memcpy(array.pages, from->pages, from->bytes);
    array.at = array.pages + ((unsigned char *)from->at - from->pages);
    return array;
}

static _Noreturn void differ(const char *what, int first, int second) {
    fprintf(stderr, "%s differs for %d, %d%s\n", what, first, second, at_end ? ", at the end" : "");
    exit(EXIT_FAILURE);
}

/* Frees both. */
static void compare(struct array *expected, struct array *got, const char *what, int first,
                    int second) {
    if (memcmp(expected->pages, got->pages, expected->bytes) != 0) {
        differ(what, first, second);
    }
    array_free(expected);
    array_free(got);
}

/* --- tiles ---------------------------------------------------------------------------------- */

static const int COLUMNS[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 172, 288, 768};
enum { COLUMNS_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static void call_tile(const struct kernels *kernels, const struct batch *batch, const float *f32,
                      const int16_t *q16, const float *scale, int columns) {
    if (f32 != NULL) {
        kernels->tile_f32(batch, f32, columns);
    } else {
        kernels->tile_q16(batch, q16, scale, columns);
    }
}

/* The vectors of a batch are further apart than they are long. */
static void check_tile(bool is_f32, int count, int columns) {
    size_t size = (size_t)columns * TILE, x_stride = (size_t)columns + 3, out_stride = TILE + 5;
    size_t weight = is_f32 ? sizeof(float) : sizeof(int16_t);
    struct array tile = array_new(size * weight, TOUCH), scale = floats(TILE);
    for (size_t i = 0; i < size; i++) {
        if (is_f32) {
            ((float *)tile.at)[i] = random_number();
        } else {
            ((int16_t *)tile.at)[i] = random_weight();
        }
    }
    size_t before = (size_t)(count - 1);
    struct array x = floats(before * x_stride + (size_t)columns);
    struct array expected = floats(before * out_stride + TILE), got = copy_of(&expected);
    struct batch batch = {
        .out_stride = out_stride, .x = x.at, .x_stride = x_stride, .count = count};
    const float *f32 = is_f32 ? tile.at : NULL;
    batch.out = expected.at;
    call_tile(oracle, &batch, f32, tile.at, scale.at, columns);
    batch.out = got.at;
    call_tile(chosen, &batch, f32, tile.at, scale.at, columns);
    compare(&expected, &got, is_f32 ? "tile_f32" : "tile_q16", count, columns);
    array_free(&tile);
    array_free(&scale);
    array_free(&x);
}

static void check_tile_q4(void) {
    for (int i = 0; i < COLUMNS_COUNT; i++) {
        int columns = COLUMNS[i];
        size_t words = (size_t)((columns + FOURS - 1) / FOURS) * TILE;
        struct array tile = array_new(words * sizeof(uint16_t), 0), scale = floats(TILE);
        for (size_t j = 0; j < words; j++) {
            ((uint16_t *)tile.at)[j] = (uint16_t)random_bits();
        }
        struct array x = floats((size_t)columns), expected = floats(TILE);
        struct array got = copy_of(&expected);
        oracle->tile_q4(expected.at, x.at, tile.at, scale.at, columns);
        chosen->tile_q4(got.at, x.at, tile.at, scale.at, columns);
        compare(&expected, &got, "tile_q4", columns, 0);
        array_free(&tile);
        array_free(&scale);
        array_free(&x);
    }
}

static void check_tiles(bool is_f32) {
    for (int i = 0; i < COLUMNS_COUNT; i++) {
        for (int count = 1; count <= TOGETHER; count++) {
            check_tile(is_f32, count, COLUMNS[i]);
        }
    }
}

static void check_tile_f32(void) {
    check_tiles(true);
}

static void check_tile_q16(void) {
    check_tiles(false);
}

/* --- attention ------------------------------------------------------------------------------ */

static const int HEAD_SIZES[] = {1, 2, 3, 8, 32, 48, 64, 70};
enum { HEAD_SIZES_COUNT = sizeof HEAD_SIZES / sizeof *HEAD_SIZES };

static void check_scores_of(int size, int count) {
    size_t stride = (size_t)count + 2;
    struct array query = floats((size_t)size);
    struct array keys = floats((size_t)(size - 1) * stride + (size_t)count);
    struct array expected = floats((size_t)count), got = copy_of(&expected);
    float root = sqrtf((float)size);
    oracle->scores(expected.at, query.at, keys.at, stride, size, root, count);
    chosen->scores(got.at, query.at, keys.at, stride, size, root, count);
    compare(&expected, &got, "scores", size, count);
    array_free(&query);
    array_free(&keys);
}

static void check_weighted_sum_of(int size, int count) {
    struct array weights = floats((size_t)count);
    struct array values = floats((size_t)size * (size_t)count);
    struct array expected = floats((size_t)size), got = copy_of(&expected);
    oracle->weighted_sum(expected.at, weights.at, values.at, size, count);
    chosen->weighted_sum(got.at, weights.at, values.at, size, count);
    compare(&expected, &got, "weighted_sum", size, count);
    array_free(&weights);
    array_free(&values);
}

static void check_attention(void (*check)(int size, int count)) {
    for (int i = 0; i < HEAD_SIZES_COUNT; i++) {
        for (int count = 1; count <= 70; count++) {
            check(HEAD_SIZES[i], count);
        }
        check(HEAD_SIZES[i], 256);
    }
}

static void check_scores(void) {
    check_attention(check_scores_of);
}

static void check_weighted_sum(void) {
    check_attention(check_weighted_sum_of);
}

/* --- one number after the other ------------------------------------------------------------- */

static void for_sizes(void (*check)(int size)) {
    for (int size = 1; size <= 70; size++) {
        check(size);
    }
    check(288);
    check(768);
    check(MOST_SIZE);
}

static void check_add_of(int size) {
    struct array more = floats((size_t)size), expected = floats((size_t)size);
    struct array got = copy_of(&expected);
    oracle->add(expected.at, more.at, size);
    chosen->add(got.at, more.at, size);
    compare(&expected, &got, "add", size, 0);
    array_free(&more);
}

static void check_multiply_of(int size) {
    struct array expected = floats((size_t)size), got = copy_of(&expected);
    float factor = random_number();
    oracle->multiply(expected.at, factor, size);
    chosen->multiply(got.at, factor, size);
    compare(&expected, &got, "multiply", size, 0);
}

static void check_scale_of(int size) {
    struct array x = floats((size_t)size), weight = floats((size_t)size);
    struct array expected = floats((size_t)size), got = copy_of(&expected);
    float factor = random_number();
    oracle->scale(expected.at, x.at, weight.at, factor, size);
    chosen->scale(got.at, x.at, weight.at, factor, size);
    compare(&expected, &got, "scale", size, 0);
    struct array in_place = copy_of(&x);
    oracle->scale(x.at, x.at, weight.at, factor, size);
    chosen->scale(in_place.at, in_place.at, weight.at, factor, size);
    compare(&x, &in_place, "scale in place", size, 0);
    array_free(&weight);
}

/* Every place of the largest is tried for small sizes. Zeros of both signs are equally great. */
static void check_max_of(int size) {
    struct array x = floats((size_t)size);
    float *numbers = x.at;
    for (int at = 0; at < size; at += size > 70 ? 997 : 1) {
        float before = numbers[at];
        numbers[at] = random_between(4096.0f, 8192.0f);
        if (chosen->max(numbers, size) != numbers[at]) {
            differ("max", size, at);
        }
        numbers[at] = before;
        if (chosen->max(numbers, size) != oracle->max(numbers, size)) {
            differ("max", size, at);
        }
    }
    for (int i = 0; i < size; i++) {
        numbers[i] = -1.0f - fabsf(numbers[i]);
    }
    if (chosen->max(numbers, size) != oracle->max(numbers, size)) {
        differ("max of negative numbers", size, 0);
    }
    array_free(&x);
}

/* What is not above `max`, the borders of e^x among them. */
static void fill_below(float *x, float max, int size) {
    const float edges[] = {
        0.0f,     EXP_LEAST, nextafterf(EXP_LEAST, -100.0f), nextafterf(EXP_LEAST, 0.0f),
        -1000.0f, -0x1p-30f};
    for (int i = 0; i < size; i++) {
        int kind = random_below(32);
        x[i] = max + (kind < 6 ? edges[kind] : random_between(-90.0f, 0.0f));
    }
}

static void compare_sums(float expected, float got, const char *what, int size) {
    if (memcmp(&expected, &got, sizeof got) != 0) {
        differ(what, size, 0);
    }
}

static void check_exp_of(int size) {
    struct array x = floats((size_t)size), expected = floats((size_t)size);
    struct array got = copy_of(&expected);
    float max = random_below(2) == 0 ? 0.0f : random_between(-20.0f, 20.0f);
    fill_below(x.at, max, size);
    float sum = oracle->exp(expected.at, x.at, max, size);
    compare_sums(sum, chosen->exp(got.at, x.at, max, size), "sum of exps", size);
    compare(&expected, &got, "exp", size, 0);
    struct array in_place = copy_of(&x);
    oracle->exp(x.at, x.at, max, size);
    compare_sums(sum, chosen->exp(in_place.at, in_place.at, max, size), "sum", size);
    compare(&x, &in_place, "exp in place", size, 0);
}

static void check_swiglu_of(int size) {
    struct array up = floats((size_t)size), expected = floats((size_t)size);
    float *gate = expected.at;
    for (int i = 0; i < size; i++) {
        gate[i] = random_below(4) == 0 ? gate[i] : random_between(-100.0f, 100.0f);
    }
    struct array got = copy_of(&expected);
    oracle->swiglu(expected.at, up.at, size);
    chosen->swiglu(got.at, up.at, size);
    compare(&expected, &got, "swiglu", size, 0);
    array_free(&up);
}

static void check_add(void) {
    for_sizes(check_add_of);
}

static void check_multiply(void) {
    for_sizes(check_multiply_of);
}

static void check_scale(void) {
    for_sizes(check_scale_of);
}

static void check_max(void) {
    for_sizes(check_max_of);
}

static void check_exp(void) {
    for_sizes(check_exp_of);
}

static void check_swiglu(void) {
    for_sizes(check_swiglu_of);
}

/* exp() is within 2 units in the last place of e^x, and 0 below EXP_LEAST. */
static void check_accuracy(void) {
    static float x[MOST_SIZE], out[MOST_SIZE];
    for (int round = 0; round < 50; round++) {
        fill_below(x, 0.0f, MOST_SIZE);
        chosen->exp(out, x, 0.0f, MOST_SIZE);
        for (int i = 0; i < MOST_SIZE; i++) {
            double exact = x[i] < EXP_LEAST ? 0.0 : exp(x[i]);
            double ulp = exact > 0.0 ? ldexp(1.0, ilogb(exact) - 23) : 0.0;
            if (!(fabs(out[i] - exact) <= 2.0 * ulp)) {
                fprintf(stderr, "e^%a is not %a\n", (double)x[i], (double)out[i]);
                exit(EXIT_FAILURE);
            }
        }
    }
}

/* --- what a tile costs ---------------------------------------------------------------------- */

/* Tiles one after the other, as a matrix is read. */
static void cost(bool is_f32, int count, int columns, int tiles) {
    size_t size = (size_t)columns * TILE;
    struct array matrix =
        array_new((size_t)tiles * size * (is_f32 ? sizeof(float) : sizeof(int16_t)), TOUCH);
    struct array x = floats((size_t)count * (size_t)columns), scale = floats(TILE);
    struct array out = floats((size_t)count * TILE);
    struct batch batch = {
        .out = out.at, .out_stride = TILE, .x = x.at, .x_stride = (size_t)columns, .count = count};
    for (int tile = 0; tile < tiles; tile++) {
        size_t at = (size_t)tile * size;
        call_tile(chosen, &batch, is_f32 ? (float *)matrix.at + at : NULL,
                  (int16_t *)matrix.at + at, scale.at, columns);
    }
}

static const struct {
    const char *name;
    void (*check)(void);
} CHECKS[] = {
    {"tile_f32", check_tile_f32},
    {"tile_q16", check_tile_q16},
    {"tile_q4", check_tile_q4},
    {"scores", check_scores},
    {"weighted_sum", check_weighted_sum},
    {"add", check_add},
    {"scale", check_scale},
    {"max", check_max},
    {"exp", check_exp},
    {"swiglu", check_swiglu},
    {"multiply", check_multiply},
    {"accuracy", check_accuracy},
};

int main(int argc, char **argv) {
    chosen = kernels_choose();
    const char *what = argc > 1 ? argv[1] : "nothing";
    if (strcmp(what, "chosen") == 0) {
        puts(chosen != NULL ? chosen->name : "none");
        return EXIT_SUCCESS;
    }
    if (chosen == NULL) {
        return EXIT_FAILURE;
    }
    if (strncmp(what, "cost_", 5) == 0 && argc == 5) {
        cost(strcmp(what, "cost_f32") == 0, atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
        if (strcmp(what, CHECKS[i].name) == 0) {
            for (int round = 0; round < ROUNDS; round++) {
                at_end = !at_end;
                CHECKS[i].check();
            }
            return EXIT_SUCCESS;
        }
    }
    fprintf(stderr, "no such check: %s\n", what);
    return EXIT_FAILURE;
}
