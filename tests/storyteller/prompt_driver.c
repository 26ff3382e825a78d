/* SPDX-License-Identifier: MIT */
/* prompt_driver SEED: the beginnings drawn with SEED and the 999 seeds behind it.
 * prompt_driver SEED LINE: the beginning made of a typed line. */
#include <stdio.h>
#include <stdlib.h>

#include "prompt.h"

int main(int count, char **words)
{
    char prompt[PROMPT_BYTES];
    uint64_t seed;

    if (count < 2)
        return EXIT_FAILURE;
    seed = strtoull(words[1], NULL, 10);
    if (count > 2) {
        prompt_from_line(words[2], seed, prompt);
        puts(prompt);
        return EXIT_SUCCESS;
    }
    for (uint64_t i = 0; i < 1000; i++) {
        prompt_draw(seed + i, prompt);
        puts(prompt);
    }
    return EXIT_SUCCESS;
}
