/* SPDX-License-Identifier: MIT */
/* The voice's samples as sound cards want them. */
#ifndef STORYTELLER_SOUND_FORMAT_H
#define STORYTELLER_SOUND_FORMAT_H

#include <alsa.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sound_format {
    snd_pcm_format_t format;
    unsigned bits;  /* of a sample, at the lower end of its bytes */
    unsigned bytes; /* at most 4 */
    bool is_unsigned;
    bool is_big_endian;
};

/* All that are known, best for us first. */
extern const struct sound_format SOUND_FORMATS[];
extern const size_t SOUND_FORMAT_COUNT;

/* Make frames of so many channels, which all get the same. frames: count * channels * bytes. */
void sound_format_write(const struct sound_format *format, unsigned channels,
                        const int16_t *samples, size_t count, unsigned char *frames);

#endif
