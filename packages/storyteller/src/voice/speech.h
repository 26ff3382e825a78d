/* SPDX-License-Identifier: MIT */
/* A voice: from a sentence of text to sound, in small parts, as soon as they are ready. */
#ifndef STORYTELLER_SPEECH_H
#define STORYTELLER_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called with each part: mono samples. Returning false stops the sentence. */
typedef bool speech_samples_fn(void *user, const int16_t *samples, size_t count);

/* One open voice. Kinds of voices put this first in a structure of their own. */
struct speech {
    unsigned rate; /* samples per second that it gives */
    /* Speak a sentence of printable ASCII: samples(user, ...) gets the sound, part by part.
     * Returns when the sentence is over or samples() returned false. */
    void (*say)(struct speech *speech, const char *sentence, speech_samples_fn *samples,
                void *user);
    /* percent of the voice's natural speed, 50 to 200; from the next sentence on. */
    void (*set_speed)(struct speech *speech, int speed);
    /* percent of the voice's natural pitch, 50 to 200; from the next sentence on. */
    void (*set_pitch)(struct speech *speech, int pitch);
    void (*close)(struct speech *speech);
};

/* Open a voice: "slt", "kal16" or "espeak", of which the image has those that its configuration
 * chose. Only one can be open at a time. Returns NULL when there is none of that name, or memory or
 * its data are lacking. */
struct speech *speech_open(const char *voice);

/* Name of a voice that is built in, counted from 0, the usual one; NULL behind the last. */
const char *speech_voice(size_t number);

/* The engines, as far as they are built in. */
struct speech *speech_open_slt(void);
struct speech *speech_open_kal16(void);
struct speech *speech_open_espeak(void);

#endif
