/* SPDX-License-Identifier: MIT */
#include "voice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "kernels/kernels.h"

enum { LINE = 64, HEADER = 64, VERSION = 1 };

/* Where the next tensor lies; with `data` NULL only the sizes are added up. */
struct place {
    const unsigned char *data;
    size_t at;
};

static const void *take(struct place *place, size_t bytes) {
    const void *here = place->data ? place->data + place->at : NULL;
    place->at += (bytes + LINE - 1) / LINE * LINE;
    return here;
}

static const float *take_floats(struct place *place, size_t count) {
    return take(place, count * sizeof(float));
}

static struct norm take_norm(struct place *place, size_t width) {
    const float *weight = take_floats(place, width);
    return (struct norm){weight, take_floats(place, width)};
}

static struct matrix take_matrix(struct place *place, size_t rows, size_t columns) {
    size_t filled = (columns + TILE - 1) / TILE * TILE;
    struct matrix matrix = {.rows = rows, .columns = columns};
    matrix.tiles = take(place, rows * filled);
    matrix.scales = take_floats(place, filled);
    matrix.bias = take_floats(place, filled);
    return matrix;
}

static struct block take_block(struct place *place, size_t width, size_t hidden, size_t taps) {
    struct block block = {.width = width, .taps = taps};
    block.kernel = take_floats(place, taps * width);
    block.bias = take_floats(place, width);
    block.norm = take_norm(place, width);
    block.first = take_matrix(place, width, hidden);
    block.second = take_matrix(place, hidden, width);
    block.gamma = take_floats(place, width);
    return block;
}

static void take_encoder(struct encoder *encoder, struct place *place, size_t width) {
    encoder->width = width;
    encoder->embedding = take(place, SYMBOLS * width);
    encoder->scales = take_floats(place, SYMBOLS);
    for (int i = 0; i < ENCODER_BLOCKS; i++) {
        encoder->blocks[i] = take_block(place, width, 2 * width, 5);
    }
    encoder->before = take_norm(place, width);
    encoder->project = take_matrix(place, width, 3 * width);
    encoder->out = take_matrix(place, width, width);
    encoder->between = take_norm(place, width);
    encoder->first = take_matrix(place, width, 2 * width);
    encoder->second = take_matrix(place, 2 * width, width);
    encoder->after = take_norm(place, width);
}

/* Points everything into the file's data; returns its size. */
static size_t point(struct voice *voice, const unsigned char *data) {
    struct place place = {data, HEADER};
    take_encoder(&voice->sound, &place, SOUND);
    take_encoder(&voice->tune, &place, TUNE);
    voice->duration = take_matrix(&place, (size_t)3 * TUNE, TUNE);
    voice->duration_out = take_floats(&place, TUNE);
    voice->duration_bias = take_floats(&place, 1);
    voice->prosody_in = take_matrix(&place, TUNE, TUNE);
    for (int i = 0; i < PROSODY_BLOCKS; i++) {
        voice->prosody[i] = take_block(&place, TUNE, (size_t)2 * TUNE, 7);
    }
    voice->prosody_out = take_matrix(&place, TUNE, 4);
    voice->decoder_in = take_matrix(&place, (size_t)7 * TOLD, FRAME);
    for (int i = 0; i < DECODER_BLOCKS; i++) {
        voice->decoder[i] = take_block(&place, FRAME, (size_t)3 * FRAME, 7);
    }
    voice->decoder_norm = take_norm(&place, FRAME);
    voice->head = take_matrix(&place, FRAME, SPECTRA);
    return place.at;
}

/* The CRC-32 of zlib. */
static uint32_t checksum(const unsigned char *data, size_t size) {
    uint32_t table[256], sum = 0xffffffffu;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++) {
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320u : table[i] >> 1;
        }
    }
    for (size_t i = 0; i < size; i++) {
        sum = sum >> 8 ^ table[(sum ^ data[i]) & 255];
    }
    return ~sum;
}

static uint32_t number(const unsigned char *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool check(const unsigned char *data, size_t size, const char *path,
                  struct hibari_error *error) {
    if (memcmp(data, "HIBARIVO", 8) != 0) {
        return hibari_fail(error, "%s: is not a voice file", path);
    }
    if (number(data + 8) != VERSION) {
        return hibari_fail(error, "%s: is of version %lu; this program reads version %d", path,
                           (unsigned long)number(data + 8), VERSION);
    }
    if (number(data + 12) != checksum(data + HEADER, size - HEADER)) {
        return hibari_fail(error, "%s: is damaged: its checksum is wrong", path);
    }
    return true;
}

/* Reads exactly `size` bytes, which must be all there are. */
static bool read_whole(FILE *file, unsigned char *data, size_t size, const char *path,
                       struct hibari_error *error) {
    size_t got = fread(data, 1, size, file);
    if (got < size && ferror(file)) {
        return hibari_fail(error, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (got < size || fgetc(file) != EOF) {
        return hibari_fail(error, "%s: is not a voice file: %s than %zu bytes", path,
                           got < size ? "smaller" : "larger", size);
    }
    return check(data, size, path, error);
}

bool hibari_voice_open(struct voice *voice, const char *path, struct hibari_error *error) {
    *voice = (struct voice){0};
    size_t size = point(voice, NULL);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return hibari_fail(error, "%s: cannot be opened: %s", path, strerror(errno));
    }
    voice->data = aligned_alloc(LINE, size);
    bool read = voice->data
                    ? read_whole(file, voice->data, size, path, error)
                    : hibari_fail(error, "not enough memory: %zu KiB are needed", size >> 10);
    fclose(file);
    if (!read) {
        hibari_voice_close(voice);
        return false;
    }
    point(voice, voice->data);
    return true;
}

void hibari_voice_close(struct voice *voice) {
    free(voice->data);
    voice->data = NULL;
}
