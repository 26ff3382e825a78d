/* SPDX-License-Identifier: MIT */
/*
 * What the engine and the voice heart cost on the board, as the environment says, in seconds of
 * the core: $TOKEN_S for a token; $BEFORE_S before a clause of PHONEMES phonemes is heard, more for
 * a longer one, and half as much at least; $SPEECH_S for a second of speech. The engine's text is
 * its own. Of a clause the voice computes how long it is, and no more: silence stands for its
 * sound.
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

#include "core.h"
#include "net/encoder.h"
#include "sound/ring.h"

/* Sound comes so much at a time: the decoder computes so many rows at once. */
#define HOPS 42u
#define PHONEMES 83.0
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
                          struct scratch *scratch, const float *tune, size_t count, float speed);

void __real_ring_write(struct ring *ring, const int16_t *samples, size_t count);

static size_t hops; /* of the latest clause */
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

/* Lengths follow from the tune alone. */
void __wrap_net_encode(const struct encoder *encoder, struct encoding *encoding,
                       struct scratch *scratch, const struct hibari_clause *clause, int layers,
                       float *x) {
    if (encoder->width == TUNE) {
        __real_net_encode(encoder, encoding, scratch, clause, layers, x);
    }
}

void __wrap_net_durations(uint16_t *units, const struct voice *voice, struct encoding *encoding,
                          struct scratch *scratch, const float *tune, size_t count, float speed) {
    __real_net_durations(units, voice, encoding, scratch, tune, count, speed);
    hops = 0;
    for (size_t i = 0; i < count; i++) {
        hops += HOPS_PER_UNIT * units[i];
    }
    longjmp(lengths_are_known, 1);
}

/* How many hops a clause has, which is known before any of them is computed. */
static size_t count_hops(struct hibari *hibari, const struct hibari_clause *clause, float speed) {
    const struct hibari_sink none = {NULL, NULL, NULL};

    hops = 0;
    if (setjmp(lengths_are_known) == 0) {
        (void)__real_hibari_speak(hibari, clause, speed, &none);
    }
    return hops;
}

bool __wrap_hibari_speak(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                         const struct hibari_sink *sink) {
    static const int16_t silence[HIBARI_HOP];
    const size_t count = count_hops(hibari, clause, speed);

    core_spend(seconds_of("BEFORE_S") * fmax((double)clause->count / PHONEMES, LEAST));
    for (size_t left = count; left > 0; left--) {
        if ((count - left) % HOPS == 0) {
            core_spend(seconds_of("SPEECH_S") * (double)(left < HOPS ? left : HOPS) / HOPS_PER_S);
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
