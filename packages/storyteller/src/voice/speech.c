/* SPDX-License-Identifier: MIT */
#include "voice/speech.h"

#include <string.h>

#if !defined(VOICE_SLT) && !defined(VOICE_KAL16) && !defined(VOICE_ESPEAK)
#error "no voice is chosen: switch on STORYTELLER_VOICE_SLT, _KAL16 or _ESPEAK"
#endif

/* The recipe defines VOICE_... for each voice that the configuration chose. */
static const struct voice {
    const char *name;
    struct speech *(*open)(void);
} VOICES[] = {
#ifdef VOICE_SLT
    {"slt", speech_open_slt},
#endif
#ifdef VOICE_KAL16
    {"kal16", speech_open_kal16},
#endif
#ifdef VOICE_ESPEAK
    {"espeak", speech_open_espeak},
#endif
};

#define COUNT (sizeof(VOICES) / sizeof(VOICES[0]))

const char *speech_voice(size_t number) {
    return number < COUNT ? VOICES[number].name : NULL;
}

struct speech *speech_open(const char *voice) {
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(VOICES[i].name, voice) == 0) {
            return VOICES[i].open();
        }
    }
    return NULL;
}
