/* SPDX-License-Identifier: MIT */
/*
 * Damages the voice file $VOICE, opens it, and speaks a clause with what is accepted. The input is
 * whether the checksum is mended, so that more is reached (not for 0); a speed; the clause's
 * length, and its phonemes; then one damage per eight bytes: where, how often, and four bytes.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hibari.h"

enum { HEADER = 64, SUM = 12, DAMAGE = 8, MOST_CLAUSE = 16, MOST_HOPS = 2 };

static uint8_t *whole, *damaged;
static size_t whole_size;
static int file = -1;
static char path[32];

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***words) {
    FILE *voice = fopen(getenv("VOICE"), "rb");
    (void)count, (void)words;
    file = memfd_create("voice", 0);
    if (voice == NULL || file < 0 || fseek(voice, 0, SEEK_END) != 0) {
        abort();
    }
    whole_size = (size_t)ftell(voice);
    rewind(voice);
    whole = malloc(whole_size);
    damaged = malloc(whole_size);
    if (whole == NULL || damaged == NULL || fread(whole, 1, whole_size, voice) != whole_size) {
        abort();
    }
    fclose(voice);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return 0;
}

static uint32_t checksum(const uint8_t *bytes, size_t size) {
    static uint32_t table[256];
    uint32_t crc = 0xFFFFFFFFU;
    for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++) {
            table[i] = table[i] >> 1 ^ (0xEDB88320U & (0U - (table[i] & 1)));
        }
    }
    for (size_t i = 0; i < size; i++) {
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 255];
    }
    return ~crc;
}

/* Returns whether the file is another one then. */
static bool damage(const uint8_t *data, size_t size) {
    memcpy(damaged, whole, whole_size);
    for (; size >= DAMAGE; data += DAMAGE, size -= DAMAGE) {
        size_t at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % whole_size;
        for (size_t times = 1 + (size_t)data[3] * data[3]; times > 0; times--, at += 4) {
            memcpy(damaged + at, data + 4, at + 4 <= whole_size ? 4 : 0);
            at = at + 4 <= whole_size ? at : 0;
        }
    }
    return memcmp(damaged, whole, whole_size) != 0;
}

static void mend(void) {
    uint32_t sum = checksum(damaged + HEADER, whole_size - HEADER);
    for (int i = 0; i < 4; i++) {
        damaged[SUM + i] = (uint8_t)(sum >> 8 * i);
    }
}

static bool take(void *user, const int16_t *samples) {
    size_t *hops = user;
    (void)samples;
    return ++*hops < MOST_HOPS;
}

static void speak(struct hibari *hibari, const struct hibari_clause *clause, float speed) {
    size_t hops = 0;
    struct hibari_sink sink = {.samples = take, .user = &hops};
    bool is_done = hibari_speak(hibari, clause, speed, &sink);
    if (hops > MOST_HOPS || (is_done && hops == 0)) {
        abort();
    }
}

/* A damaged file is refused, with a reason; a file whose checksum is mended may be accepted. */
static void open_and_speak(const struct hibari_clause *clause, float speed, bool is_refused) {
    struct hibari_error error = {""};
    struct hibari *hibari = hibari_open(path, &error);
    if (hibari == NULL ? error.text[0] == '\0' : is_refused) {
        abort();
    }
    if (hibari != NULL) {
        speak(hibari, clause, speed);
    }
    hibari_close(hibari);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct hibari_clause clause = {0};
    if (size < 3 || data[2] > MOST_CLAUSE || size - 3 < data[2]) {
        return 0;
    }
    clause.count = data[2];
    memcpy(clause.ids, data + 3, clause.count);
    bool is_damaged = damage(data + 3 + clause.count, size - 3 - clause.count);
    if (data[0] != 0) {
        mend();
    }
    if (ftruncate(file, 0) != 0 || pwrite(file, damaged, whole_size, 0) != (ssize_t)whole_size) {
        abort();
    }
    open_and_speak(&clause, (float)data[1] / 32, is_damaged && data[0] == 0);
    return 0;
}
