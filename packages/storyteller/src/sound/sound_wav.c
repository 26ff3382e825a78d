/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <wav.h>

#include "sound/sound.h"

struct wav {
    struct sound sound;
    FILE *file;
    uint32_t data_bytes;
};

static bool write_header(struct wav *wav) {
    unsigned char header[WAV_HEADER_BYTES];

    wav_put_header(header, wav->sound.rate, wav->data_bytes);
    return fwrite(header, sizeof(header), 1, wav->file) == 1;
}

static long wav_write(struct sound *sound, const int16_t *samples, size_t count) {
    struct wav *wav = (struct wav *)sound;

    /* The format counts with 32 bits: 37 hours of speech. */
    if (wav->data_bytes > (uint32_t)INT_MAX) {
        return SOUND_LOST;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[WAV_SAMPLE_BYTES];

        wav_put16(bytes, (unsigned)samples[i] & 0xFFFF);
        if (fwrite(bytes, sizeof(bytes), 1, wav->file) != 1) {
            return SOUND_LOST;
        }
        wav->data_bytes += WAV_SAMPLE_BYTES;
    }
    return (long)count;
}

static void wav_finish(struct sound *sound) {
    struct wav *wav = (struct wav *)sound;

    /* A pipe cannot go back: there the header keeps a length of 0, and players read to the end. */
    if (fseek(wav->file, 0, SEEK_SET) == 0) {
        write_header(wav);
        fseek(wav->file, 0, SEEK_END);
    }
    fflush(wav->file);
}

static long wav_delay(struct sound *sound) {
    (void)sound;
    return 0;
}

static size_t wav_rewind(struct sound *sound, size_t count) {
    (void)sound;
    (void)count;
    return 0;
}

static void wav_drop(struct sound *sound) {
    wav_finish(sound);
}

static void wav_close(struct sound *sound) {
    struct wav *wav = (struct wav *)sound;

    wav_finish(sound);
    fclose(wav->file);
    free(wav);
}

struct sound *sound_open_wav(const char *path, unsigned rate) {
    struct wav *wav = calloc(1, sizeof(*wav));

    if (wav == NULL) {
        return NULL;
    }
    wav->sound = (struct sound){rate,       0,          true,     wav_write, wav_delay,
                                wav_rewind, wav_finish, wav_drop, wav_close};
    wav->file = fopen(path, "wb");
    if (wav->file == NULL || !write_header(wav)) {
        int reason = errno;

        if (wav->file != NULL) {
            fclose(wav->file);
        }
        free(wav);
        errno = reason;
        return NULL;
    }
    return &wav->sound;
}
