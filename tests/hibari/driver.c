/* SPDX-License-Identifier: MIT */
/*
 * Speaks VOICE SPEED HOPS PHONEME...: samples to standard output, and to standard error a line for
 * each word that begins, with the sample it begins at, then how it ended. A phoneme with a plus
 * begins a word; after HOPS hops the sink wants no more.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hibari.h"

struct heard {
    long hops, most;
};

static bool take(void *user, const int16_t *samples) {
    struct heard *heard = user;
    fwrite(samples, sizeof *samples, HIBARI_HOP, stdout);
    return ++heard->hops != heard->most;
}

static void begin_word(void *user) {
    const struct heard *heard = user;
    fprintf(stderr, "word %ld\n", heard->hops * HIBARI_HOP);
}

int main(int count, char **words) {
    struct hibari_error error;
    struct hibari *hibari = hibari_open(words[1], &error);
    if (hibari == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    struct heard heard = {.most = atol(words[3])};
    struct hibari_sink sink = {.samples = take, .begin_word = begin_word, .user = &heard};
    struct hibari_clause clause = {0};
    for (int i = 4; i < count && clause.count < HIBARI_PHONEMES; i++) {
        clause.begins_word[clause.count] = words[i][0] == '+';
        clause.ids[clause.count++] = (uint8_t)atoi(words[i]);
    }
    bool done = hibari_speak(hibari, &clause, strtof(words[2], NULL), &sink);
    fprintf(stderr, "%s after %ld\n", done ? "done" : "stopped", heard.hops);
    hibari_close(hibari);
    return 0;
}
