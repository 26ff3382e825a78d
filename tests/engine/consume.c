/* SPDX-License-Identifier: MIT */
/* Holds what is made of weights while they are read against what is made of them at leisure. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planes.h"
#include "tiles.h"

enum { COLUMNS = 37, ROWS = 2 * PLANES_ROWS + 5 };

static float random_float(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(int64_t)state / 9e18) * ((state >> 20) % 7 == 0 ? 1e-6f : 1.0f);
}

static bool check(bool good, const char *what) {
    if (!good) {
        printf("%s\n", what);
    }
    return good;
}

/* A tile of float32 becomes the tile of 16 bits that its rows become, one by one. */
static bool tiles_are_equal(const float *rows, int columns) {
    size_t weights = TILE * (size_t)columns;
    float *tile = calloc(weights, sizeof *tile), scales[2][TILE] = {{0}};
    int16_t *by_rows = calloc(2 * weights, sizeof *by_rows), *at_once = by_rows + weights;
    bool good = tile != NULL && by_rows != NULL;
    if (good) {
        /* The last row is padding. */
        tiles_put_f32(tile, rows, 0, TILE - 1, columns);
        tiles_put_q16(by_rows, scales[0], rows, 0, TILE - 1, columns);
        tiles_quantise(at_once, scales[1], tile, columns);
        good = check(memcmp(by_rows, at_once, weights * sizeof *by_rows) == 0, "tiles differ") &&
               check(memcmp(scales[0], scales[1], sizeof scales[0]) == 0, "scales differ");
    }
    free(tile);
    free(by_rows);
    return good;
}

/* Rows come back out of their planes bit by bit, and each is known by its sum. */
static bool planes_are_equal(const float *rows) {
    unsigned char *block = malloc(PLANES_ROWS * COLUMNS * sizeof(float));
    float row[COLUMNS];
    bool good = block != NULL;
    for (int i = 0; good && i < ROWS; i++) {
        int first = i / PLANES_ROWS * PLANES_ROWS, left = ROWS - first;
        size_t count = left < PLANES_ROWS ? (size_t)left : PLANES_ROWS;
        size_t skipped = (size_t)(i - first) * COLUMNS;
        if (i == first) {
            planes_split(block, rows + (size_t)i * COLUMNS, (int)count, COLUMNS);
        }
        planes_join(row, block + skipped, block + count * COLUMNS + skipped * PLANES_REST, COLUMNS);
        good = check(memcmp(row, rows + (size_t)i * COLUMNS, sizeof row) == 0, "rows differ");
        uint32_t sum = planes_sum(row, COLUMNS, 7, 64, i);
        row[i % COLUMNS] = row[i % COLUMNS] == 1.5f ? 2.5f : 1.5f;
        good = good && check(sum != planes_sum(row, COLUMNS, 7, 64, i), "a change keeps the sum") &&
               check(sum != planes_sum(rows + (size_t)i * COLUMNS, COLUMNS, 7, 64, i + 1),
                     "a row may stand in another's place");
    }
    free(block);
    return good;
}

static bool nearest_is_lrintf(void) {
    for (float value = -40000.0f; value <= 40000.0f; value += 0.125f) {
        if (!check(tiles_nearest(value) == rintf(value), "rounds elsewhere")) {
            return false;
        }
    }
    return true;
}

int main(void) {
    float *rows = malloc(ROWS * COLUMNS * sizeof *rows);
    bool good = rows != NULL;
    for (size_t i = 0; good && i < ROWS * COLUMNS; i++) {
        rows[i] = random_float();
    }
    good = good && planes_are_equal(rows) && tiles_are_equal(rows, COLUMNS) &&
           tiles_are_equal(rows, 1) && nearest_is_lrintf();
    if (good) {
        /* What no file should hold must do no harm. */
        rows[3] = NAN;
        rows[COLUMNS] = INFINITY;
        rows[2 * COLUMNS] = -INFINITY;
        memset(rows + 3 * COLUMNS, 0, COLUMNS * sizeof *rows);
        rows[4 * COLUMNS] = 1e-45f;
        good = tiles_are_equal(rows, COLUMNS) && planes_are_equal(rows);
    }
    free(rows);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
