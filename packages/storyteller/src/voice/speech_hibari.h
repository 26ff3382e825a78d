/* SPDX-License-Identifier: MIT */
/* Voices of hibari, by the name that their files have: NAME.voice and NAME.words. */
#ifndef STORYTELLER_SPEECH_HIBARI_H
#define STORYTELLER_SPEECH_HIBARI_H

#include "voice/speech.h"

/* Defines open_NAME(). */
#define HIBARI_VOICE(name, speaker)                    \
    static struct speech *open_##name(char *problem) { \
        return speech_open_hibari(#speaker, problem);  \
    }

struct speech *speech_open_hibari(const char *speaker, char problem[SPEECH_PROBLEM_BYTES]);

#endif
