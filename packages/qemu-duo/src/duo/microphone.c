/*
 * A WAV file in the place of a microphone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "microphone.h"

#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"

#define HEAD 12 /* bytes: RIFF, size, WAVE */
#define CHUNK_HEAD 8
#define FORMAT_BYTES 16
#define SAMPLE_BYTES 2
#define FULL_SCALE 32768.0

struct DuoMicrophone {
    char *path;
    char *file; /* its bytes, while somebody records */
    const uint8_t *frames;
    size_t count, frame_bytes;
    double rate_hz, at; /* where it is, in frames */
};

/* The chunk of that name; NULL: there is none. A size that leads beyond the end is cut there. */
static const uint8_t *find_chunk(const uint8_t *file, size_t size, const char *name,
                                 size_t *found) {
    size_t at = HEAD;
    while (size - at >= CHUNK_HEAD) {
        size_t rest = size - at - CHUNK_HEAD;
        size_t length = MIN((uint32_t)ldl_le_p(file + at + 4), rest);
        if (!memcmp(file + at, name, 4)) {
            *found = length;
            return file + at + CHUNK_HEAD;
        }
        at += CHUNK_HEAD + MIN(length + length % 2, rest);
    }
    return NULL;
}

static bool parse(DuoMicrophone *microphone, const uint8_t *file, size_t size) {
    size_t format_size, data_size;
    if (size < HEAD || memcmp(file, "RIFF", 4) || memcmp(file + 8, "WAVE", 4)) {
        return false;
    }
    const uint8_t *format = find_chunk(file, size, "fmt ", &format_size);
    const uint8_t *data = find_chunk(file, size, "data", &data_size);
    if (!format || format_size < FORMAT_BYTES || !data || lduw_le_p(format + 14) != 16) {
        return false;
    }
    size_t channels = lduw_le_p(format + 2);
    microphone->rate_hz = (uint32_t)ldl_le_p(format + 4);
    microphone->frame_bytes = channels * SAMPLE_BYTES;
    microphone->frames = data;
    microphone->count = channels ? data_size / microphone->frame_bytes : 0;
    return channels && microphone->rate_hz > 0;
}

static void forget(DuoMicrophone *microphone) {
    g_clear_pointer(&microphone->file, g_free);
    microphone->count = 0;
    microphone->at = 0;
}

static bool load(DuoMicrophone *microphone, Error **errp) {
    g_autoptr(GError) error = NULL;
    gsize size;
    forget(microphone);
    if (!g_file_get_contents(microphone->path, &microphone->file, &size, &error)) {
        error_setg(errp, "milkv-duo: microphone: %s", error->message);
        return false;
    }
    if (!parse(microphone, (const uint8_t *)microphone->file, size)) {
        error_setg(errp, "milkv-duo: microphone: %s is not a WAV file of 16 bits",
                   microphone->path);
        forget(microphone);
        return false;
    }
    return true;
}

DuoMicrophone *duo_microphone_new(const char *path) {
    DuoMicrophone *microphone = g_new0(DuoMicrophone, 1); /* as long as the machine is there */
    if (path) {
        microphone->path = g_strdup(path);
        load(microphone, &error_fatal);
        forget(microphone);
    }
    return microphone;
}

void duo_microphone_begin(DuoMicrophone *microphone) {
    Error *error = NULL;
    if (microphone->path && !load(microphone, &error)) {
        warn_report_err(error);
    }
}

static double frame(DuoMicrophone *microphone, size_t number) {
    if (number >= microphone->count) {
        return 0;
    }
    return ldsw_le_p(microphone->frames + number * microphone->frame_bytes) / FULL_SCALE;
}

/* Between two frames there is a straight line. */
double duo_microphone_next(DuoMicrophone *microphone, int rate_hz) {
    if (microphone->at >= microphone->count) {
        return 0;
    }
    size_t number = microphone->at;
    double before = frame(microphone, number), after = frame(microphone, number + 1);
    double sample = before + (microphone->at - number) * (after - before);
    microphone->at += microphone->rate_hz / rate_hz;
    return sample;
}
