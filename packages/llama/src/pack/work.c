/* SPDX-License-Identifier: MIT */
#include "work.h"

#include "packed.h"

/* Cycles of the board's core per weight, modelled at 1.3 GB/s; docs/engine.md has the figures. */
static const double PASS_Q16 = 2.0, PASS_F32 = 3.7;
/* The same, estimated: read again, verified and computed with; a row put together from planes. */
static const double AGAIN = 9.0, ROW = 10.0;
/* What a second position adds to a pass, as a part of it. */
static const double SECOND = 0.12;

bool work_pays_in_q16(const struct work *work, const struct shape *shape, int listed) {
    double layers = (double)shape->n_layers * (double)packed_layer_bytes(shape, PRECISION_F32) / 4;
    double list = (double)listed * (double)shape->dim;
    double unsure = work->tokens > 0 ? (double)work->passes / (double)work->tokens : 0.0;
    return PASS_Q16 * (layers + list) + unsure * (AGAIN * layers + ROW * list) <=
           PASS_F32 * (layers + list);
}

bool work_pays_to_draft(const struct work *work) {
    return (double)work->right > SECOND * (double)work->tried;
}
