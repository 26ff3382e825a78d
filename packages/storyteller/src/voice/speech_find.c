/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "voice/speech.h"

const struct voice *speech_find(const struct voice *voices, const char *name) {
    while (voices->name != NULL && strcmp(voices->name, name) != 0) {
        voices++;
    }
    return voices->name != NULL ? voices : NULL;
}
