/* SPDX-License-Identifier: MIT */
/* Told stories that stay as sound: /data/stories/NNNNNN.wav, the newest ones. */
#ifndef STORYTELLER_ARCHIVE_H
#define STORYTELLER_ARCHIVE_H

#include "inputs/console.h"
#include "sound/sound.h"

#define ARCHIVE_PATH_BYTES 300

struct archive {
    const char *folder;  /* of the data, in which "stories" is made; NULL: nothing is kept */
    int most;            /* stories; 0: none */
    struct sound *sound; /* of the story that is being told; NULL: it is not kept */
    char path[ARCHIVE_PATH_BYTES];
    bool lack_was_told; /* why none can be kept is said once */
};

/* Begin to keep a story, in samples of the voice; the oldest ones make room for it. What hinders it
 * is said once. Returns where its sound goes, or NULL. */
struct sound *archive_begin(struct archive *archive, unsigned rate, struct console *console);

/* The end of the story. One that could not be written whole is removed. */
void archive_end(struct archive *archive, bool is_whole, struct console *console);

#endif
