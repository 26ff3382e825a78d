/* SPDX-License-Identifier: MIT */
/* Where sound goes: a sound card, or a WAV file. */
#ifndef STORYTELLER_SOUND_H
#define STORYTELLER_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No verb waits longer than this, so that speech can always be stopped at once. */
#define SOUND_WAIT_MS 50

/* One open output, mono, 16 bits. Kinds of output put this first in a structure of their own. */
struct sound {
    /* Take samples. Returns how many were taken (0: no room yet), -1 when the output is lost. */
    long (*write)(struct sound *sound, const int16_t *samples, size_t count);
    /* No more samples will come for now: play also a rest that is shorter than a buffer. */
    void (*finish)(struct sound *sound);
    /* After finish(): whether all was heard. */
    bool (*is_played)(struct sound *sound);
    /* Silence at once; what was not heard yet is forgotten. */
    void (*drop)(struct sound *sound);
    void (*close)(struct sound *sound);
};

/* Open a sound card. device: an ALSA name such as "plughw:1,0", or NULL for the first card that
 * plays. rate: samples per second. name: gets the name of what was opened.
 * Returns NULL when there is no such device, or it cannot be used now. */
#define SOUND_NAME_BYTES 80
struct sound *sound_open_alsa(const char *device, unsigned rate, char name[SOUND_NAME_BYTES]);

/* Create a WAV file. Its length is right after each finish(). Returns NULL with errno set. */
struct sound *sound_open_wav(const char *path, unsigned rate);

#endif
