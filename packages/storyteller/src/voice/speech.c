/* SPDX-License-Identifier: MIT */
#include "voice/speech.h"

#include <string.h>

struct speech *speech_open(const char *name) {
    for (const struct voice *voice = VOICES; voice->name != NULL; voice++) {
        if (strcmp(voice->name, name) == 0) {
            return voice->open();
        }
    }
    return NULL;
}
