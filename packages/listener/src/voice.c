/* SPDX-License-Identifier: MIT */
#include "voice.h"

/* A click or a cough is shorter than a word. */
#define BEGIN_FRAMES 4
/* Longer than a pause between two words of somebody who thinks. */
#define END_FRAMES 27
/* The recogniser learns the room's noise from the silence around the words. */
#define MARGIN_FRAMES 10

bool voice_open(struct voice *voice) {
    *voice = (struct voice){0};
    voice->vad = ps_vad_init(PS_VAD_MEDIUM_STRICT, VOICE_RATE, (double)VOICE_FRAME / VOICE_RATE);
    return voice->vad != NULL;
}

void voice_close(struct voice *voice) {
    ps_vad_free(voice->vad);
}

void voice_look(struct voice *voice, const int16_t frame[VOICE_FRAME]) {
    bool is_speech = ps_vad_classify(voice->vad, frame) == PS_VAD_SPEECH;

    voice->run = is_speech ? voice->run + 1 : 0;
    if (voice->run >= BEGIN_FRAMES) {
        if (!voice->has_begun) {
            voice->first = voice->frames - (BEGIN_FRAMES - 1);
        }
        voice->has_begun = true;
        voice->last = voice->frames;
    }
    voice->frames++;
}

bool voice_has_ended(const struct voice *voice) {
    return voice->has_begun && voice->frames - voice->last > END_FRAMES;
}

void voice_bounds(const struct voice *voice, size_t samples, size_t *first, size_t *count) {
    size_t begin = voice->first > MARGIN_FRAMES ? voice->first - MARGIN_FRAMES : 0;
    size_t end = (voice->last + 1 + MARGIN_FRAMES) * VOICE_FRAME;

    *first = 0;
    *count = samples;
    if (!voice->has_begun) {
        return;
    }
    *first = begin * VOICE_FRAME;
    *count = (end < samples ? end : samples) - *first;
}
