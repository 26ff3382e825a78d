/* SPDX-License-Identifier: MIT */
/* resample_driver FROM TO: 16-bit samples from standard input to standard output. */
#include <stdio.h>
#include <stdlib.h>

#include "sound/resample.h"

int main(int count, char **words) {
    struct resampler resampler;
    int16_t input[RESAMPLE_BLOCK], output[RESAMPLE_MOST];
    size_t read;

    if (count != 3 ||
        !resampler_open(&resampler, (unsigned)atoi(words[1]), (unsigned)atoi(words[2]))) {
        return 1;
    }
    /* Blocks of odd sizes: what comes out must not depend on them. */
    while ((read = fread(input, sizeof(*input), RESAMPLE_BLOCK - 3, stdin)) > 0) {
        fwrite(output, sizeof(*output), resampler_run(&resampler, input, read, output), stdout);
    }
    resampler_close(&resampler);
    return 0;
}
