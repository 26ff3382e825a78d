/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <wav.h>

#include "microphone.h"
#include "voice.h"

struct wav {
    struct microphone microphone;
    FILE *file;
};

static long wav_read(struct microphone *microphone, int16_t *samples, size_t count) {
    struct wav *wav = (struct wav *)microphone;

    return (long)fread(samples, sizeof(*samples), count, wav->file);
}

static void wav_close(struct microphone *microphone) {
    struct wav *wav = (struct wav *)microphone;

    fclose(wav->file);
    free(wav);
}

struct microphone *microphone_open_wav(const char *path) {
    unsigned char header[WAV_HEADER_BYTES];
    struct wav *wav = calloc(1, sizeof(*wav));

    if (wav == NULL) {
        return NULL;
    }
    wav->microphone = (struct microphone){wav_read, wav_close};
    wav->file = fopen(path, "re");
    if (wav->file != NULL && fread(header, 1, WAV_HEADER_BYTES, wav->file) == WAV_HEADER_BYTES &&
        wav_is_header(header, VOICE_RATE)) {
        return &wav->microphone;
    }
    if (wav->file != NULL) {
        fclose(wav->file);
    }
    free(wav);
    return NULL;
}
