/* SPDX-License-Identifier: MIT */
/* Where in a recording somebody speaks. */
#ifndef LISTENER_VOICE_H
#define LISTENER_VOICE_H

#include <pocketsphinx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Samples per second of everything here. */
#define VOICE_RATE 16000
/* Samples of a frame: 30 ms. */
#define VOICE_FRAME 480

struct voice {
    ps_vad_t *vad;
    size_t frames; /* looked at */
    size_t first;  /* frame in which speech began */
    size_t last;   /* frame with speech */
    int run;       /* frames of speech in a row */
    bool has_begun;
};

/* Returns false when memory is lacking. */
bool voice_open(struct voice *voice);
void voice_close(struct voice *voice);

/* Look at the next frame of the recording. */
void voice_look(struct voice *voice, const int16_t frame[VOICE_FRAME]);

/* Somebody has spoken, and then been silent for a while. */
bool voice_has_ended(const struct voice *voice);

/* Samples of the recording that hold the speech, with a little silence around; the whole of it
 * where none was noticed: a voice may be too soft for that, and still be understood. */
void voice_bounds(const struct voice *voice, size_t samples, size_t *first, size_t *count);

#endif
