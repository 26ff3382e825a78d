/* SPDX-License-Identifier: MIT */
/* Tells story after story: invents, shows and has spoken what is invented. */
#ifndef STORYTELLER_TELLER_H
#define STORYTELLER_TELLER_H

#include <llama.h>
#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "output.h"
#include "settings.h"
#include "speaker.h"

/* Everything a teller works with; all of it stays the caller's. */
struct teller {
    struct llama *llama;
    struct speaker *speaker;
    struct output *output;
    struct console *console;
    struct settings settings;
    const char *prompt; /* how each story begins, or NULL: drawn */
    uint64_t seed;      /* of the first story, or 0: fresh ones */
    long stories;       /* how many, or 0: until a signal comes */
};

/* Tell stories. Returns false when one could not be told for a reason that will not go away,
 * with the reason in error. A wish to stop (stop.h) ends it with true. */
bool teller_run(struct teller *teller, struct llama_error *error);

#endif
