/* SPDX-License-Identifier: MIT */
#include "voice/phrases.h"

#include <stddef.h>
#include <string.h>

struct phrase {
    const char *clip;
    const char *text;
};

static const struct phrase PHRASES[] = {
    {"ask", PHRASE_ASK},     {"kept", PHRASE_KEPT},       {"last", PHRASE_LAST},
    {"mine", PHRASE_MINE},   {"nicer", PHRASE_NICER},     {"quiet", PHRASE_QUIET},
    {"sleep", PHRASE_SLEEP}, {"unknown", PHRASE_UNKNOWN},
};

const char *phrase_clip(const char *sentence) {
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++) {
        if (strcmp(PHRASES[i].text, sentence) == 0) {
            return PHRASES[i].clip;
        }
    }
    return NULL;
}
