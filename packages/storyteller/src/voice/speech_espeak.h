/* SPDX-License-Identifier: MIT */
/* Voices of espeak-ng, by its own names: a language, and a variant after a plus sign. */
#ifndef STORYTELLER_SPEECH_ESPEAK_H
#define STORYTELLER_SPEECH_ESPEAK_H

#include "voice/speech.h"

/* Defines open_NAME(). */
#define ESPEAK_VOICE(name, speaker)                    \
    static struct speech *open_##name(char *problem) { \
        return speech_open_espeak(#speaker, problem);  \
    }

struct speech *speech_open_espeak(const char *speaker, char problem[SPEECH_PROBLEM_BYTES]);

#endif
