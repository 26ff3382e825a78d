/* SPDX-License-Identifier: MIT */
/* Which output a story is heard through, and what is said when there is none. */
#ifndef STORYTELLER_OUTPUT_H
#define STORYTELLER_OUTPUT_H

#include <stdbool.h>

#include "console.h"
#include "sound.h"

struct output {
    const char *device;  /* wanted sound card, NULL: the first that plays */
    unsigned rate;       /* samples per second */
    bool is_wanted;      /* false: text only, by choice */
    struct sound *wav;   /* open for the whole run, or NULL */
    struct sound *card;  /* open for one story, or NULL */
    bool was_looked_for; /* a story has looked for the card already */
    bool lack_was_told;  /* "no sound" is said once, until there was sound again */
};

/* Find the output for a story. A card is looked for each time: it may have been plugged in, or out.
 * Returns NULL when the story is text only. */
struct sound *output_begin(struct output *output, struct console *console);

/* Say once that the card failed in the middle of a story. */
void output_lost(struct output *output, struct console *console);

/* The end of a story. */
void output_end(struct output *output);

/* The end of the run. */
void output_close(struct output *output);

#endif
