/* SPDX-License-Identifier: MIT */
/*
 * Feeds any bytes to the reader of tables, its checksum mended so that more is reached; with what
 * it accepts, and with the first byte's choice of length, reads the rest as a text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/read.h"
#include "text/words.h"

enum { TEXT = 255, HEAD = 20 };

static uint32_t crc32(const uint8_t *bytes, size_t size) {
    uint32_t crc = 0xFFFFFFFFU;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1)));
        }
    }
    return ~crc;
}

static void put(uint8_t *at, uint32_t number) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(number >> 8 * i);
    }
}

static void check(const struct hibari_clause *clause, size_t bytes, size_t left) {
    if (bytes > left || clause->count < 2 || clause->count > HIBARI_PHONEMES ||
        clause->ids[0] != 0 || clause->ids[clause->count - 1] != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct hibari_words words;
    const char *why = NULL;
    if (size < 1 || size - 1 < data[0]) {
        return 0;
    }
    size_t length = data[0], file_size = size - 1 - length;
    /* Copies of this very size: reading past their ends is noticed. */
    char *text = calloc(length + 1, 1);
    uint8_t *file = malloc(file_size > 0 ? file_size : 1);
    if (text == NULL || file == NULL) {
        abort();
    }
    memcpy(text, data + 1, length);
    memcpy(file, data + 1 + length, file_size);
    if (file_size > HEAD) {
        put(file + 12, (uint32_t)file_size);
        put(file + 16, crc32(file + HEAD, file_size - HEAD));
    }
    if (hibari_words_parse(&words, file, file_size, &why)) {
        struct hibari_clause clause;
        size_t bytes;
        for (const char *at = text; (bytes = hibari_read(&words, at, &clause)) > 0; at += bytes) {
            check(&clause, bytes, strlen(at));
        }
    }
    free(text);
    free(file);
    return 0;
}
