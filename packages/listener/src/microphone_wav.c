/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "microphone.h"
#include "voice.h"

#define HEADER_BYTES 44

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

static uint32_t number(const unsigned char *bytes, int count) {
    uint32_t value = 0;

    while (count-- > 0) {
        value = value << 8 | bytes[count];
    }
    return value;
}

/* The plain header of PCM: nothing but a format and the samples. */
static bool is_ours(const unsigned char header[HEADER_BYTES]) {
    return memcmp(header, "RIFF", 4) == 0 && memcmp(header + 8, "WAVEfmt ", 8) == 0 &&
           number(header + 20, 2) == 1 && number(header + 22, 2) == 1 &&
           number(header + 24, 4) == VOICE_RATE && number(header + 34, 2) == 16 &&
           memcmp(header + 36, "data", 4) == 0;
}

struct microphone *microphone_open_wav(const char *path) {
    unsigned char header[HEADER_BYTES];
    struct wav *wav = calloc(1, sizeof(*wav));

    if (wav == NULL) {
        return NULL;
    }
    wav->microphone = (struct microphone){wav_read, wav_close};
    wav->file = fopen(path, "re");
    if (wav->file != NULL && fread(header, 1, HEADER_BYTES, wav->file) == HEADER_BYTES &&
        is_ours(header)) {
        return &wav->microphone;
    }
    if (wav->file != NULL) {
        fclose(wav->file);
    }
    free(wav);
    return NULL;
}
