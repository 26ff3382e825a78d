/* SPDX-License-Identifier: MIT */
/* The loop: wait for what is wanted, choose a story, tell it, rest. */
#ifndef STORYTELLER_TELLER_H
#define STORYTELLER_TELLER_H

#include <llama.h>
#include <stdbool.h>
#include <stdint.h>

#include "inputs/console.h"
#include "inputs/inputs.h"
#include "memory/shelf.h"
#include "parents.h"
#include "remote/remote.h"
#include "settings.h"
#include "sound/output.h"
#include "text/words.h"
#include "voice/chosen.h"
#include "voice/speaker.h"
#include "watchdog.h"

/* Everything a teller works with; all of it stays the caller's. */
struct teller {
    struct llama *llama;
    struct chosen voice; /* that the speaker has */
    struct speaker *speaker;
    struct output *output;
    struct console *console;
    struct inputs *inputs;
    struct remote *remote;     /* may be NULL */
    struct recorder *recorder; /* of the remote */
    struct watchdog *watchdog; /* may be NULL */
    struct words *words;
    complain_fn *complain; /* of words that are read again */
    struct shelf *shelf;
    struct settings settings;
    struct parents parents; /* who may change them */
    int volume;             /* percent now; never above that of the settings */
    bool is_late;           /* the last part before good night */
    const char *prompt;     /* how each story begins, or NULL: drawn */
    uint64_t seed;          /* of the first story, or 0: fresh ones */
    long stories;           /* how many, or 0: until a signal comes */
    bool is_in_step;        /* words are shown when they are heard */
    bool has_figures;       /* number and seed of each story on the console */
    bool is_json;           /* a line of JSON about each story on the console */
    const char *news;       /* said before the first story, or NULL */
};

/* How telling ended. */
enum teller_end {
    TELLER_FAILED,     /* the model cannot be read, or several stories in a row could not be told */
    TELLER_DONE,       /* as many as were wanted, or a request to stop (stop.h) */
    TELLER_GOOD_NIGHT, /* good night was said, and the settings want the board off then */
};

/* Tell stories. error: why it failed. */
enum teller_end teller_run(struct teller *teller, struct llama_error *error);

#endif
