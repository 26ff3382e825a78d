/* SPDX-License-Identifier: MIT */
#include "voice/clip.h"

#include <stdlib.h>
#include <string.h>
#include <wav.h>

static bool is_ours(FILE *file, unsigned rate) {
    unsigned char header[WAV_HEADER_BYTES];

    return fread(header, sizeof(header), 1, file) == 1 && wav_is_header(header, rate);
}

FILE *clip_open_file(const char *name) {
    const char *folder = getenv("STORYTELLER_CLIPS");
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : CLIP_FOLDER, name);
    return fopen(path, "rb");
}

bool clip_open(struct clip *clip, const char *name, unsigned rate) {
    char file[CLIP_NAME_BYTES + 4];

    clip->file = NULL;
    if (strlen(name) >= CLIP_NAME_BYTES || strpbrk(name, "/.") != NULL) {
        return false;
    }
    snprintf(file, sizeof(file), "%s.wav", name);
    clip->file = clip_open_file(file);
    if (clip->file != NULL && !is_ours(clip->file, rate)) {
        clip_close(clip);
    }
    return clip->file != NULL;
}

size_t clip_read(struct clip *clip, int16_t *samples, size_t count) {
    size_t done = 0;
    unsigned char bytes[WAV_SAMPLE_BYTES];

    while (done < count && fread(bytes, sizeof(bytes), 1, clip->file) == 1) {
        samples[done++] = (int16_t)wav_get16(bytes);
    }
    return done;
}

void clip_close(struct clip *clip) {
    if (clip->file != NULL) {
        fclose(clip->file);
    }
    clip->file = NULL;
}
