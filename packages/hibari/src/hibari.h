/* SPDX-License-Identifier: MIT */
/*
 * The speech engine: from phonemes to sound, with the voice file that the builder `hibari` writes.
 *
 * One `struct hibari` serves one thread at a time. Nothing here ends the program or prints, and
 * nothing takes memory after hibari_open.
 */
#ifndef HIBARI_H
#define HIBARI_H

#include "clause.h"

enum {
    HIBARI_RATE = 24000, /* samples per second */
    HIBARI_HOP = 300,    /* samples of a frame: what a sink is given at a time */
};

struct hibari;

struct hibari_error {
    char text[256]; /* one sentence for a person; empty when all went well */
};

struct hibari_sink {
    /* Takes HIBARI_HOP samples; false ends the clause. */
    bool (*samples)(void *user, const int16_t *samples);
    /* A word begins with the next sample; NULL: nobody asks. */
    void (*begin_word)(void *user);
    void *user;
};

/* NULL, with the reason in `error`, when the file cannot be read or trusted, or memory is short. */
struct hibari *hibari_open(const char *path, struct hibari_error *error);

/* Gives back everything; NULL is allowed. */
void hibari_close(struct hibari *hibari);

/* How much higher than its natural pitch the voice speaks, from the next clause on: 1 as it is, 0.5
 * to 2 are taken, what lies outside as the nearest. */
void hibari_set_pitch(struct hibari *hibari, float ratio);

/*
 * Speaks a clause; equal clauses and speeds sound equal. `speed` divides the length of each
 * phoneme: 1 is the voice's own pace, 0.25 to 4 are taken, what lies outside as the nearest.
 * False when the sink ended it, or the clause has fewer than 3 phonemes, more than
 * HIBARI_PHONEMES, or one that the vocabulary lacks.
 */
bool hibari_speak(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                  const struct hibari_sink *sink);

#endif
