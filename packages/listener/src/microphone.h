/* SPDX-License-Identifier: MIT */
/* Where sound comes from: a sound card, or a WAV file. Mono, 16 bits, VOICE_RATE. */
#ifndef LISTENER_MICROPHONE_H
#define LISTENER_MICROPHONE_H

#include <stddef.h>
#include <stdint.h>

/* One open source. Kinds of source put this first in a structure of their own. */
struct microphone {
    /* Give the next samples, waiting for them. Returns how many, at most count; 0 at the end, -1
     * when the source is lost. */
    long (*read)(struct microphone *microphone, int16_t *samples, size_t count);
    void (*close)(struct microphone *microphone);
};

/* Open a sound card that records. device: an ALSA name such as "hw:1,0", or NULL for the first that
 * does. Returns NULL where there is none. */
struct microphone *microphone_open_alsa(const char *device);

/* Open a WAV file of that kind. Returns NULL when it is none. */
struct microphone *microphone_open_wav(const char *path);

#endif
