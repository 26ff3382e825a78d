/* SPDX-License-Identifier: MIT */
/* Voices of flite, by the names that register_NAME() has in its libraries. */
#ifndef STORYTELLER_SPEECH_FLITE_H
#define STORYTELLER_SPEECH_FLITE_H

#include <flite.h>

#include "voice/speech.h"

typedef cst_voice *flite_register_fn(const char *folder);
typedef void flite_unregister_fn(cst_voice *voice);

/* Defines open_NAME(). Flite has no header for its voices. */
#define FLITE_VOICE(name, speaker)                                                   \
    flite_register_fn register_##speaker;                                            \
    flite_unregister_fn unregister_##speaker;                                        \
    static struct speech *open_##name(char *problem) {                               \
        return speech_open_flite(register_##speaker, unregister_##speaker, problem); \
    }

struct speech *speech_open_flite(flite_register_fn *open, flite_unregister_fn *unregister,
                                 char problem[SPEECH_PROBLEM_BYTES]);

#endif
