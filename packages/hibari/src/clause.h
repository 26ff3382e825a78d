/* SPDX-License-Identifier: MIT */
/* What reading a text gives and speaking takes: a clause of phonemes. */
#ifndef CLAUSE_H
#define CLAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIBARI_PHONEMES 402 /* 400, which the network was trained with, and the two pads */

/* `ids` are those of the voice's vocabulary (vocab.json, 0 to 177), with a pad, 0, at both ends. */
struct hibari_clause {
    size_t count;
    uint8_t ids[HIBARI_PHONEMES];
    bool begins_word[HIBARI_PHONEMES]; /* first phoneme of each blank-separated word of the text */
};

#endif
