/* SPDX-License-Identifier: MIT */
/* Hands the engine's arithmetic to the tests: float32 in on standard input, float32 out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arithmetic.h"
#include "rope.h"

enum { MOST = 1 << 16 };

/* matmul ROWS COLUMNS: x and then w are read, the product is written. */
static size_t multiply(float *out, const float *in, int rows, int columns) {
    exact_rows(out, in, in + columns, columns, rows);
    return (size_t)rows;
}

/* turns HEAD_SIZE POS: the cosines and sines are written. */
static size_t sincos(float *out, const float *in, int head_size, int pos) {
    static float freq[MOST];
    (void)in;
    rope_frequencies(freq, head_size);
    rope_sincos(out, freq, head_size, pos);
    return (size_t)head_size;
}

int main(int argc, char **argv) {
    static float in[MOST], out[MOST];
    if (argc != 4) {
        return EXIT_FAILURE;
    }
    int first = atoi(argv[2]), second = atoi(argv[3]);
    (void)!fread(in, sizeof *in, MOST, stdin);
    size_t count = strcmp(argv[1], "matmul") == 0 ? multiply(out, in, first, second)
                                                  : sincos(out, in, first, second);
    return fwrite(out, sizeof *out, count, stdout) == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
