/* SPDX-License-Identifier: MIT */
/*
 * What the engine and the voice heart cost on the board, as the environment says, in seconds of
 * the core: $TOKEN_S for a token; $BEFORE_S before a clause of BEGINNING phonemes is heard, or one
 * that begins with so many, less for a shorter one, and half as much at least; $SPEECH_S for a
 * second of speech. When more of a clause must be encoded, that takes $BEFORE_S for BEGINNING
 * phonemes, four times as long for twice as many: it takes less. The engine's text is its own. Of a
 * clause the voice computes how long its phonemes are, and no more: silence stands for its sound.
 *
 * $WAIT_LOG has a line for each silence between two sentences that is there for want of the next
 * one: its milliseconds.
 */
#include <hibari/hibari.h>
#include <llama.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "net/encoder.h"
#include "sound/ring.h"

/* Sound comes so much at a time: the decoder computes so many rows at once. */
#define HOPS 42u
/* Of hibari.c: phonemes that are encoded at first, and the last of them, which are not spoken. */
#define BEGINNING 84u
#define MARGIN 20u
#define BEHIND 29u /* hops by which sound is behind tones */
#define LEAST 0.5
#define HOPS_PER_S ((double)HIBARI_RATE / HIBARI_HOP)
#define HOPS_PER_UNIT 2u

bool __real_llama_next(struct llama *llama, const char **piece, struct llama_error *error);
bool __real_hibari_speak(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                         const struct hibari_sink *sink);
void __real_net_encode(const struct encoder *encoder, struct encoding *encoding,
                       struct scratch *scratch, const struct hibari_clause *clause, int layers,
                       float *x);
void __real_net_durations(uint16_t *units, const struct voice *voice, struct encoding *encoding,
                          struct scratch *scratch, const float *tune, size_t from, size_t count,
                          float speed);

void __real_ring_write(struct ring *ring, const int16_t *samples, size_t count);

static const struct hibari_clause *spoken;
static uint16_t lengths[HIBARI_PHONEMES]; /* of its phonemes, in units */
static jmp_buf lengths_are_known;

static double seconds_of(const char *name) {
    const char *value = getenv(name);

    return value != NULL ? strtod(value, NULL) : 0.0;
}

bool __wrap_llama_next(struct llama *llama, const char **piece, struct llama_error *error) {
    bool ok = __real_llama_next(llama, piece, error);

    core_spend(seconds_of("TOKEN_S"));
    return ok;
}

/* Lengths follow from the tune alone; that of the whole clause, whatever part it is. */
void __wrap_net_encode(const struct encoder *encoder, struct encoding *encoding,
                       struct scratch *scratch, const struct hibari_clause *part, int layers,
                       float *x) {
    (void)part;
    if (encoder->width == TUNE) {
        __real_net_encode(encoder, encoding, scratch, spoken, layers, x);
    }
}

void __wrap_net_durations(uint16_t *units, const struct voice *voice, struct encoding *encoding,
                          struct scratch *scratch, const float *tune, size_t from, size_t count,
                          float speed) {
    (void)units;
    (void)count;
    __real_net_durations(lengths, voice, encoding, scratch, tune, from, spoken->count, speed);
    longjmp(lengths_are_known, 1);
}

/* How long phonemes are is known before any sound is computed. */
static void find_lengths(struct hibari *hibari, const struct hibari_clause *clause, float speed) {
    const struct hibari_sink none = {NULL, NULL, NULL};

    spoken = clause;
    memset(lengths, 0, sizeof(lengths));
    if (setjmp(lengths_are_known) == 0) {
        (void)__real_hibari_speak(hibari, clause, speed, &none);
    }
}

/* Units of the first phonemes. */
static size_t units_of(size_t phonemes) {
    size_t units = 0;

    for (size_t i = 0; i < phonemes; i++) {
        units += lengths[i];
    }
    return units;
}

/* Before which hop more than so many phonemes must be encoded. */
static size_t hops_with(size_t phonemes) {
    size_t units, hops;

    if (phonemes >= spoken->count) {
        return SIZE_MAX;
    }
    units = units_of(phonemes - MARGIN);
    hops = HOPS_PER_UNIT * (units - units % PIECE);
    return hops > HOPS_PER_UNIT * LATE + BEHIND ? hops - HOPS_PER_UNIT * LATE - BEHIND : 0;
}

/* Of phonemes that are encoded, as a share of BEGINNING. */
static double share(size_t phonemes) {
    return fmin((double)phonemes, (double)spoken->count) / BEGINNING;
}

bool __wrap_hibari_speak(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                         const struct hibari_sink *sink) {
    static const int16_t silence[HIBARI_HOP];
    size_t phonemes = BEGINNING, count;

    find_lengths(hibari, clause, speed);
    count = HOPS_PER_UNIT * units_of(clause->count);
    core_spend(seconds_of("BEFORE_S") * fmax(share(phonemes), LEAST));
    for (size_t hop = 0; hop < count; hop++) {
        for (; hop >= hops_with(phonemes); phonemes *= 2) {
            core_spend(seconds_of("BEFORE_S") * pow(share(2 * phonemes), 2));
        }
        if (hop % HOPS == 0) {
            core_spend(seconds_of("SPEECH_S") * fmin(HOPS, (double)(count - hop)) / HOPS_PER_S);
        }
        if (!sink->samples(sink->user, silence)) {
            return false;
        }
    }
    return count > 0;
}

static void note_wait(size_t samples) {
    static FILE *log;

    if (log == NULL) {
        const char *path = getenv("WAIT_LOG");

        log = fopen(path != NULL ? path : "/dev/null", "w");
    }
    if (samples > 0 && log != NULL) {
        fprintf(log, "%zu\n", samples * 1000 / HIBARI_RATE);
        fflush(log);
    }
}

void __wrap_ring_write(struct ring *ring, const int16_t *samples, size_t count) {
    static size_t waited;

    waited += samples == NULL ? count : 0;
    if (samples != NULL) {
        note_wait(waited);
        waited = 0;
    }
    __real_ring_write(ring, samples, count);
}
