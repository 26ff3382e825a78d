/* SPDX-License-Identifier: MIT */
/* Tells on stderr how far the packer is: in place on a terminal, else a line now and then. */
#ifndef LLAMA_PROGRESS_H
#define LLAMA_PROGRESS_H

#include <stdint.h>

/* `done` of `total` of a step. Call it often: what says nothing new is not told. */
void progress(const char *step, uint64_t done, uint64_t total);

/* Leaves the terminal's line clean. */
void progress_end(void);

#endif
