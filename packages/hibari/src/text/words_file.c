/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "read.h"
#include "words.h"

enum {
    VERSION = 1,
    HEAD = 20, /* bytes before what the sum covers */
    COUNTS = HEAD + 16,
    BODY = COUNTS + HIBARI_CODES,
    MOST = 1 << 24, /* bytes: ten times a table of all English words that we have */
    PART = 1 << 12, /* that is summed up at a time */
};

static uint32_t number(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The CRC-32 of zlib goes on with more bytes; it begins, and ends, inverted. */
static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1)));
        }
    }
    return crc;
}

static bool read_at(FILE *file, long place, uint8_t *bytes, size_t size) {
    return fseek(file, place, SEEK_SET) == 0 && fread(bytes, 1, size, file) == size;
}

/* The size of a file and the sum of all behind the head; false when it cannot be read. */
static bool add_up(FILE *file, size_t *size, uint32_t *sum) {
    uint8_t part[PART];
    size_t count;
    *size = HEAD;
    *sum = ~0U;
    if (fseek(file, HEAD, SEEK_SET) != 0) {
        return false;
    }
    while (*size <= MOST && (count = fread(part, 1, sizeof part, file)) > 0) {
        *size += count;
        *sum = crc32(*sum, part, count);
    }
    *sum = ~*sum;
    return ferror(file) == 0;
}

/* The index of a table whose counts are there, at `*at`, which moves behind its entries. */
static const char *take(struct hibari_table *table, FILE *file, const uint8_t *counts, size_t *at,
                        size_t end) {
    table->count = number(counts);
    table->bytes = number(counts + 4);
    uint64_t index = ((uint64_t)table->count + HIBARI_BLOCK - 1) / HIBARI_BLOCK * 4;
    if (table->count == 0 || index + table->bytes > (uint64_t)(end - *at)) {
        return "has sizes that cannot be";
    }
    table->index = malloc((size_t)index);
    if (table->index == NULL) {
        return "there is not enough memory for its index";
    }
    if (!read_at(file, (long)*at, table->index, (size_t)index)) {
        return "cannot be read";
    }
    table->place = (long)(*at + (size_t)index);
    *at += (size_t)index + table->bytes;
    return NULL;
}

/* Returns why the words' file is none; NULL: it is, and can be looked up whatever it holds. */
static const char *parse(struct hibari_words *words) {
    uint8_t head[BODY];
    size_t size, at = BODY;
    uint32_t sum;
    if (!read_at(words->file, 0, head, sizeof head)) {
        return ferror(words->file) ? "cannot be read" : "is not a table of pronunciations";
    }
    if (memcmp(head, "HEARTWRD", 8) != 0) {
        return "is not a table of pronunciations";
    }
    if (number(head + 8) != VERSION) {
        return "is a table of another version";
    }
    if (!add_up(words->file, &size, &sum)) {
        return "cannot be read";
    }
    if (number(head + 12) != size || number(head + 16) != sum) {
        return "is damaged";
    }
    memcpy(words->ids, head + COUNTS, HIBARI_CODES);
    const char *why = take(&words->words, words->file, head + HEAD, &at, size);
    why = why != NULL ? why : take(&words->rules, words->file, head + HEAD + 8, &at, size);
    return why == NULL && at != size ? "has sizes that cannot be" : why;
}

struct hibari_words *hibari_words_open(const char *path, struct hibari_error *error) {
    struct hibari_words *words = calloc(1, sizeof *words);
    error->text[0] = '\0';
    if (words == NULL) {
        hibari_fail(error, "not enough memory: %zu bytes are needed", sizeof *words);
        return NULL;
    }
    words->file = fopen(path, "rb");
    if (words->file == NULL) {
        hibari_fail(error, "%s: cannot be opened: %s", path, strerror(errno));
    }
    const char *why = words->file != NULL ? parse(words) : NULL;
    if (why != NULL) {
        hibari_fail(error, "%s: %s", path, why);
    }
    if (error->text[0] != '\0') {
        hibari_words_close(words);
        return NULL;
    }
    return words;
}

void hibari_words_close(struct hibari_words *words) {
    if (words == NULL) {
        return;
    }
    if (words->file != NULL) {
        fclose(words->file);
    }
    free(words->words.index);
    free(words->rules.index);
    free(words);
}
