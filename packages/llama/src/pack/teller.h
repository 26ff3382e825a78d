/* SPDX-License-Identifier: MIT */
/* A packed model that tells stories to the packer. */
#ifndef LLAMA_TELLER_H
#define LLAMA_TELLER_H

#include "chooser.h"

struct teller {
    struct model model;
    struct transformer transformer;
    struct chooser chooser;
};

/* False, with the reason in `error`; teller_close is due either way. */
bool teller_open(struct teller *teller, const char *path, enum precision precision,
                 struct llama_error *error);

void teller_close(struct teller *teller);

/* The pass of `count` tokens from tokens[pos] on, given those before them. */
bool teller_pass(struct teller *teller, const int *tokens, int pos, int count,
                 struct llama_error *error);

/*
 * After a pass: tokens[pos + 1], at the contest's temperature and nucleus. -1 when the model's
 * arithmetic gives no number.
 */
bool teller_choose(struct teller *teller, int *tokens, int pos, uint64_t *rng,
                   struct llama_error *error);

#endif
