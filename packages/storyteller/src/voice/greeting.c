/* SPDX-License-Identifier: MIT */
#include "voice/greeting.h"

#include <stdio.h>
#include <string.h>

#include "voice/clip.h"

/* As in packages/greeting/package.yaml, and in all openings of the word lists. */
#define ONCE "Once upon a time,"

bool clips_fit(const struct settings *settings) {
    char wanted[128], found[128];
    size_t length;
    FILE *file = clip_open_file("clips.conf");

    if (file == NULL) {
        return false;
    }
    length = fread(found, 1, sizeof(found) - 1, file);
    found[length] = '\0';
    fclose(file);
    snprintf(wanted, sizeof(wanted), "voice=%s\nspeed=%d\npitch=%d\n", settings->voice,
             settings->speed, settings->pitch);
    return strcmp(wanted, found) == 0;
}

void greeting_play(struct speaker *speaker, const struct settings *settings) {
    if (!clips_fit(settings)) {
        return;
    }
    speaker_play_clip(speaker, "greeting");
    if (speaker_play_clip(speaker, "once")) {
        speaker_skip(speaker, ONCE);
    }
}
