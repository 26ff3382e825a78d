/* SPDX-License-Identifier: MIT */
/* hibari-say: speaks phonemes, by their numbers, into a WAV file; for tests and for measuring. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hibari.h"

enum { HEADER = 44 };

struct recording {
    FILE *file;
    uint32_t bytes;
};

static void put(unsigned char *to, uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(value >> 8 * i);
    }
}

static bool write_header(const struct recording *recording) {
    unsigned char header[HEADER] = "RIFF____WAVEfmt ____________________data";
    put(header + 4, recording->bytes + HEADER - 8, 4);
    put(header + 16, 16, 4);          /* bytes of the format */
    put(header + 20, 1, 2);           /* PCM */
    put(header + 22, 1, 2);           /* channels */
    put(header + 24, HIBARI_RATE, 4); /* frames, then bytes, per second */
    put(header + 28, HIBARI_RATE * 2, 4);
    put(header + 32, 2, 2);  /* bytes of a frame */
    put(header + 34, 16, 2); /* bits of a sample */
    put(header + 40, recording->bytes, 4);
    return fseek(recording->file, 0, SEEK_SET) == 0 &&
           fwrite(header, 1, HEADER, recording->file) == HEADER;
}

static bool record(void *user, const int16_t *samples) {
    struct recording *recording = user;
    unsigned char bytes[HIBARI_HOP * 2];
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        put(bytes + 2 * i, (uint16_t)samples[i], 2);
    }
    recording->bytes += sizeof bytes;
    return fwrite(bytes, 1, sizeof bytes, recording->file) == sizeof bytes;
}

static bool read_clause(struct hibari_clause *clause, char **words, int count) {
    *clause = (struct hibari_clause){.count = (size_t)count};
    for (int i = 0; i < count; i++) {
        char *end;
        unsigned long id = strtoul(words[i], &end, 10);
        if (*end != '\0' || end == words[i] || id > 177) {
            fprintf(stderr, "hibari-say: '%s' is not the number of a phoneme, 0 to 177\n",
                    words[i]);
            return false;
        }
        clause->ids[i] = (uint8_t)id;
    }
    return true;
}

static bool say(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                const char *path) {
    struct recording recording = {.file = fopen(path, "wb")};
    struct hibari_sink sink = {.samples = record, .user = &recording};
    if (recording.file == NULL) {
        fprintf(stderr, "hibari-say: %s cannot be written\n", path);
        return false;
    }
    bool done = write_header(&recording) && hibari_speak(hibari, clause, speed, &sink) &&
                write_header(&recording);
    done = fclose(recording.file) == 0 && done;
    if (!done) {
        fprintf(stderr, "hibari-say: %s: the clause could not be recorded\n", path);
    }
    return done;
}

int main(int count, char **words) {
    enum { FIRST = 4 };
    struct hibari_clause clause;
    struct hibari_error error;
    if (count < FIRST + 3 || count > FIRST + HIBARI_PHONEMES) {
        fprintf(stderr, "usage: hibari-say VOICE WAV SPEED PHONEME...\n"
                        "PHONEME: numbers of the vocabulary; the first and the last one are 0\n");
        return 2;
    }
    if (!read_clause(&clause, words + FIRST, count - FIRST)) {
        return 1;
    }
    struct hibari *hibari = hibari_open(words[1], &error);
    if (hibari == NULL) {
        fprintf(stderr, "hibari-say: %s\n", error.text);
        return 1;
    }
    bool done = say(hibari, &clause, strtof(words[3], NULL), words[2]);
    hibari_close(hibari);
    return done ? 0 : 1;
}
