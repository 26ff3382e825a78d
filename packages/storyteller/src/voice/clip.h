/* SPDX-License-Identifier: MIT */
/* Speech that was rendered when the image was built, by the very voice that tells the stories. */
#ifndef STORYTELLER_CLIP_H
#define STORYTELLER_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLIP_FOLDER "/usr/share/storyteller"
#define CLIP_NAME_BYTES 32

struct clip {
    FILE *file; /* at the next sample */
};

/* Open a file of CLIP_FOLDER, or of the environment's STORYTELLER_CLIPS. Returns NULL without. */
FILE *clip_open_file(const char *name);

/* Open the clip NAME.wav. Returns false when there is none, or it is no mono 16-bit WAV file of
 * this rate. */
bool clip_open(struct clip *clip, const char *name, unsigned rate);

/* Read the next samples, at most `count`; 0: its end. */
size_t clip_read(struct clip *clip, int16_t *samples, size_t count);

void clip_close(struct clip *clip);

#endif
