/* SPDX-License-Identifier: MIT */
/* The recogniser: from a recording to the words of a request. */
#ifndef LISTENER_HEARING_H
#define LISTENER_HEARING_H

#include <pocketsphinx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lists.h"

#define HEARD_BYTES 256

/* What one pass over the recording gives. */
struct heard {
    char text[HEARD_BYTES]; /* words and single spaces; empty: nothing that is a request */
    double fit;             /* how well the words fit the sound: a logarithm, at most 0 */
};

/* The smaller a speaker, the higher the formants: by this they are brought down to those of the
 * adults that the model knows. 1: as they are. */
#define WARP_NONE 1.0
#define WARP_SMALL 1.3

/* Load the model of sounds from a folder, and the words of the lists (and those around them) from
 * its dictionary; entries with words that it lacks are taken out of the lists. Returns NULL with a
 * sentence in problem. */
ps_decoder_t *hearing_open(const char *model, struct list lists[LIST_KINDS], bool is_answer,
                           const char **problem);

/* Understand a recording, for a speaker of that warp. Returns false when memory is lacking. */
bool hearing_understand(ps_decoder_t *decoder, double warp, const int16_t *samples, size_t count,
                        struct heard *heard);

#endif
