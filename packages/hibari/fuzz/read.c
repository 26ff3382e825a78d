/* SPDX-License-Identifier: MIT */
/*
 * Feeds any bytes to the reader of tables, its checksum mended so that more is reached; with what
 * it accepts, and with the first byte's choice of length, reads the rest as a text.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "text/read.h"

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

static int table = -1;
static char path[32];

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***words) {
    (void)count, (void)words;
    table = memfd_create("table", 0);
    if (table < 0) {
        abort();
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", table);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct hibari_error error;
    if (size < 1 || size - 1 < data[0]) {
        return 0;
    }
    size_t length = data[0], file_size = size - 1 - length;
    /* Copies of this very size: reading past the text's end is noticed. */
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
    if (ftruncate(table, 0) != 0 || pwrite(table, file, file_size, 0) != (ssize_t)file_size) {
        abort();
    }
    struct hibari_words *words = hibari_words_open(path, &error);
    if (words == NULL ? error.text[0] == '\0' : error.text[0] != '\0') {
        abort();
    }
    if (words != NULL) {
        struct hibari_clause clause;
        size_t bytes;
        for (const char *at = text; (bytes = hibari_read(words, at, &clause)) > 0; at += bytes) {
            check(&clause, bytes, strlen(at));
        }
    }
    hibari_words_close(words);
    free(text);
    free(file);
    return 0;
}
