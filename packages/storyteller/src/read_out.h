/* SPDX-License-Identifier: MIT */
/* A told story once more, as a file for those who keep it. */
#ifndef STORYTELLER_READ_OUT_H
#define STORYTELLER_READ_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

/* What stands behind the samples when all of them were written: an empty chunk. */
#define READ_OUT_END "done\0\0\0"

/* Speak the story with this seed, as a folder has its text, in the voice that the settings name, to
 * standard output: a WAV stream of unknown length. Sentence by sentence, as fast as it is taken,
 * but only while the processor has nothing else to do. Returns false when there is no such story,
 * no voice, or nobody who takes it. */
bool read_out(struct settings *settings, const char *folder, uint64_t seed);

#endif
