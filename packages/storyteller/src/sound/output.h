/* SPDX-License-Identifier: MIT */
/* Which output a story is heard through, and what is said when there is none. */
#ifndef STORYTELLER_OUTPUT_H
#define STORYTELLER_OUTPUT_H

#include <stdbool.h>

#include "inputs/console.h"
#include "sound/archive.h"
#include "sound/sound.h"

struct output {
    const char *device;  /* wanted sound cards: see sound.h; "": none */
    unsigned rate;       /* samples per second of the voice */
    struct mixer *mixer; /* see mixer.h; NULL: cards' mixers stay as they are */
    bool is_wanted;      /* false: text only, by choice */
    struct sound *only;  /* open for the whole run, a file or a program; NULL: sound cards */
    bool is_program;
    struct sound *page; /* open for the whole run: plays where no card does; NULL: nothing does */
    struct archive archive; /* the story's sound, if it is to stay */
    struct sound *card;     /* open for one story, or NULL */
    char name[SOUND_NAME_BYTES];
    struct sound *still; /* a card that stood still, open until it moves, or NULL */
    long still_has;      /* samples that it has to play */
    char still_name[SOUND_NAME_BYTES];
    double looked_s;    /* clock_seconds() when a card was looked for last; 0: not yet */
    bool lack_was_told; /* "no sound" is said once, until there was sound again */
    bool loss_was_told; /* and in one story only once */
};

/* Take "page" out of a list of wanted sounds (sound.h). Returns whether it was there. */
bool output_take_page(char *list);

/* Find the output for a story: the one that is open already, or a card, which may have been plugged
 * in since the last story. Returns NULL when the story is text only. */
struct sound *output_begin(struct output *output, struct console *console);

/* Say once that the output failed in the middle of a story. The speaker no longer uses it. */
void output_lost(struct output *output, struct console *console);

/* While a story has no output: look now and then whether a card was plugged in, or one that stood
 * still moves. Returns it, for the rest of the story, or NULL. */
struct sound *output_look(struct output *output, struct console *console);

/* Where the story is kept besides: a file for the voice's samples, or NULL. */
struct sound *output_keep(struct output *output, struct console *console);

/* The end of a story. is_kept: the copy could be written. */
void output_end(struct output *output, bool is_kept, struct console *console);

/* The end of the run. */
void output_close(struct output *output);

#endif
