/* SPDX-License-Identifier: MIT */
/*
 * How a packed model is to compute, by what its own stories cost. The cost is counted, never timed:
 * the same model is packed to the same bytes on any machine.
 */
#ifndef LLAMA_WORK_H
#define LLAMA_WORK_H

#include "checkpoint.h"

/* What was counted while a model told stories in 16 bits. */
struct work {
    int tokens; /* that were chosen */
    int passes; /* of these, with a float32 pass */
    int tried;  /* draft tokens, in stories that were not learned from */
    int right;
};

/* Whether 16 bits cost less than float32, whose logits need no second pass. */
bool work_pays_in_q16(const struct work *work, const struct shape *shape, int listed);

/* Whether the draft tokens cost less than the passes that they save. */
bool work_pays_to_draft(const struct work *work);

#endif
