// SPDX-License-Identifier: MIT
// A float32 matrix of ROWS x COLUMNS times a vector, term by term as llama2.c does it, between two
// marks.
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) static void multiply(float *out, const float *x, const float *w,
                                               int columns, int rows) {
    for (int i = 0; i < rows; i++) {
        float sum = 0.0f;
        for (int j = 0; j < columns; j++) {
            sum += w[i * columns + j] * x[j];
        }
        out[i] = sum;
    }
}

int main(void) {
    float *w = malloc(sizeof *w * ROWS * COLUMNS), *x = malloc(sizeof *x * COLUMNS),
          *out = malloc(sizeof *out * ROWS);
    if (!w || !x || !out) {
        return 1;
    }
    for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++) {
        w[i] = 1.0f;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        x[i] = 1.0f;
    }
    if (write(1, "", 1) != 1) {
        return 1;
    }
    multiply(out, x, w, COLUMNS, ROWS);
    return write(1, "", 1) != 1 || out[ROWS - 1] != COLUMNS;
}
