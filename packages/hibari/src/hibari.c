/* SPDX-License-Identifier: MIT */
#include "hibari.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "net/encoder.h"
#include "vocoder/vocoder.h"

enum {
    SOUND_LAYERS = 4,
    TUNE_LAYERS = 6,
    FRAMES = 2,        /* of a unit */
    LINE = 64,         /* bytes of a cache line */
    ROWS_SOUNDED = 18, /* at a time: spectra are wide; a multiple of ROWS */
    AT_ONCE = PIECE + LATE,
    DECODER_REACH = 6,
    DECODER_STAGES = DECODER_BLOCKS + 1,
    BEGINNING = 2 * PIECE, /* phonemes that are encoded at first */
    MARGIN = 20,           /* the last of them, which hear too little of what follows */
};
static const size_t dilations[PROSODY_BLOCKS] = {1, 2, 4, 8, 1, 2};

/* A unit of a clause: the phoneme, and how many units of it are still to come. */
struct cursor {
    size_t phoneme, left;
};

struct hibari {
    void *memory; /* that this lies in */
    struct voice voice;
    struct kernels fast, exact;
    struct scratch scratch;
    struct vocoder vocoder;
    const struct hibari_clause *clause;
    const struct hibari_sink *sink;
    struct hibari_clause part; /* of the clause: its beginning, or all of it */
    size_t known;              /* phonemes whose part is long enough for them */
    float speed;
    struct cursor given, decoded, heard; /* to prosody, by the decoder, by the sink */
    size_t hops;
    float pitch; /* ratio to the natural one */
    uint16_t units[HIBARI_PHONEMES];
    float sound[HIBARI_PHONEMES * SOUND], tune[HIBARI_PHONEMES * TUNE];
    struct stage prosody[PROSODY_BLOCKS], decoder[DECODER_STAGES];
    float prosody_kept[PROSODY_BLOCKS][REACH * TUNE];
    float decoder_kept[DECODER_STAGES][DECODER_REACH * FRAME];
    union { /* between two pieces that are spoken, more of the clause may be encoded */
        struct encoding encoding;
        struct {
            float rows[PIECE * TUNE];     /* of the tune encoder */
            float melody[AT_ONCE * TUNE]; /* rows of units */
            float tones[AT_ONCE * 4];     /* of a unit: pitch of two frames, loudness of two */
            float told[PIECE * TOLD];
            float frames[AT_ONCE * FRAME];
            float spectra[ROWS_SOUNDED * WIDEST];
        };
    };
};

static bool choose_kernels(struct hibari *hibari, struct hibari_error *error) {
    return hibari_choose(&hibari->fast, &hibari->exact) ||
           hibari_fail(error, "HIBARI_KERNEL=%s: this processor has no such kernels",
                       getenv("HIBARI_KERNEL"));
}

struct hibari *hibari_open(const char *path, struct hibari_error *error) {
    error->text[0] = '\0';
    /* Zeros that nothing was written to take no memory: most clauses are far from the longest. */
    unsigned char *memory = calloc(1, sizeof(struct hibari) + LINE);
    if (memory == NULL) {
        hibari_fail(error, "not enough memory: %zu KiB are needed", sizeof(struct hibari) >> 10);
        return NULL;
    }
    struct hibari *hibari = (void *)(memory + (LINE - (uintptr_t)memory % LINE));
    hibari->memory = memory;
    if (!choose_kernels(hibari, error) || !hibari_voice_open(&hibari->voice, path, error)) {
        free(memory);
        return NULL;
    }
    hibari->pitch = 1;
    vocoder_open(&hibari->vocoder, &hibari->exact);
    return hibari;
}

void hibari_close(struct hibari *hibari) {
    if (hibari != NULL) {
        hibari_voice_close(&hibari->voice);
        free(hibari->memory);
    }
}

static bool is_sound(const struct hibari_clause *clause) {
    bool sound = clause->count >= 3 && clause->count <= HIBARI_PHONEMES;
    for (size_t i = 0; sound && i < clause->count; i++) {
        sound = clause->ids[i] < SYMBOLS;
    }
    return sound;
}

static void begin_stages(struct hibari *hibari) {
    const struct voice *voice = &hibari->voice;
    for (int i = 0; i < PROSODY_BLOCKS; i++) {
        stage_begin(&hibari->prosody[i], &voice->prosody[i], dilations[i], hibari->prosody_kept[i]);
    }
    stage_begin_matrix(&hibari->decoder[0], &voice->decoder_in, TOLD, 7, hibari->decoder_kept[0]);
    for (int i = 0; i < DECODER_BLOCKS; i++) {
        stage_begin(&hibari->decoder[i + 1], &voice->decoder[i], 1, hibari->decoder_kept[i + 1]);
    }
}

/* The part that is encoded next ends as a clause does: with a pad. */
static void lengthen_part(struct hibari *hibari) {
    const struct hibari_clause *clause = hibari->clause;
    size_t count = hibari->part.count > 0 ? 2 * hibari->part.count : BEGINNING;
    hibari->part = *clause;
    hibari->known = clause->count;
    if (count < clause->count) {
        hibari->part.ids[count - 1] = clause->ids[clause->count - 1];
        hibari->part.count = count;
        hibari->known = count - MARGIN;
    }
}

/*
 * Phonemes, each in the light of the others, and how long they are from the phoneme `from` on. To
 * encode all of a long clause would take too long before any of it is heard, so its beginning
 * comes first, as if it ended there, then twice as much. As the pitch, that is computed exactly: a
 * phoneme of another length, or a pitch that is a little off, moves all that follows.
 */
static void encode(struct hibari *hibari, size_t from) {
    const struct voice *voice = &hibari->voice;
    struct encoding *encoding = &hibari->encoding;
    struct scratch *scratch = &hibari->scratch;
    lengthen_part(hibari);
    scratch->kernels = &hibari->exact;
    net_encode(&voice->sound, encoding, scratch, &hibari->part, SOUND_LAYERS, hibari->sound);
    net_encode(&voice->tune, encoding, scratch, &hibari->part, TUNE_LAYERS, hibari->tune);
    net_durations(hibari->units, voice, encoding, scratch, hibari->tune, from, hibari->part.count,
                  hibari->speed);
}

static void prepare(struct hibari *hibari) {
    hibari->part.count = 0;
    encode(hibari, 0);
    struct cursor start = {0, hibari->units[0]};
    hibari->given = hibari->decoded = hibari->heard = start;
    hibari->hops = 0;
    begin_stages(hibari);
    vocoder_begin(&hibari->vocoder);
}

static bool is_over(const struct hibari *hibari, const struct cursor *cursor) {
    return cursor->phoneme == hibari->clause->count;
}

/* The phoneme of the cursor's unit, of which there is one; goes on to the next unit. */
static size_t next(const struct hibari *hibari, struct cursor *cursor) {
    size_t phoneme = cursor->phoneme;
    if (--cursor->left == 0 && ++cursor->phoneme < hibari->clause->count) {
        cursor->left = hibari->units[cursor->phoneme];
    }
    return phoneme;
}

/* Says that a word begins, if one does. */
static void mark(struct hibari *hibari) {
    struct cursor *heard = &hibari->heard;
    if (hibari->hops++ % FRAMES != 0) {
        return;
    }
    bool is_first = heard->left == hibari->units[heard->phoneme];
    if (hibari->clause->begins_word[next(hibari, heard)] && is_first && hibari->sink->begin_word) {
        hibari->sink->begin_word(hibari->sink->user);
    }
}

static bool emit(struct hibari *hibari, const float *hop) {
    int16_t samples[HIBARI_HOP];
    for (size_t i = 0; i < HIBARI_HOP; i++) {
        float kept = hop[i] > -1 ? (hop[i] < 1 ? hop[i] : 1) : -1;
        samples[i] = (int16_t)(kept * 32767);
    }
    mark(hibari);
    return hibari->sink->samples(hibari->sink->user, samples);
}

/* At most ROWS_SOUNDED rows of the decoder, from the last norm to samples. */
static bool sound_frames(struct hibari *hibari, float *frames, size_t count) {
    const struct voice *voice = &hibari->voice;
    float hop[HIBARI_HOP];
    for (size_t row = 0; row < count; row++) {
        float *frame = frames + row * FRAME;
        hibari->scratch.kernels->norm(frame, frame, voice->decoder_norm.weight,
                                      voice->decoder_norm.bias, FRAME);
    }
    net_linear(&hibari->scratch, &voice->head, hibari->spectra, WIDEST, frames, FRAME, count);
    for (size_t row = 0; row < count; row++) {
        if (vocoder_push(&hibari->vocoder, hop, hibari->spectra + row * WIDEST) &&
            !emit(hibari, hop)) {
            return false;
        }
    }
    return true;
}

static bool decode(struct hibari *hibari, size_t count, bool last) {
    float *frames = hibari->frames;
    /* The pitch is among what the first layer takes: in half precision it is off by 0.1 %. */
    hibari->scratch.kernels = &hibari->exact;
    count = stage_push(&hibari->decoder[0], &hibari->scratch, frames, hibari->told, count, last);
    hibari->scratch.kernels = &hibari->fast;
    for (int i = 1; i < DECODER_STAGES; i++) {
        count = stage_push(&hibari->decoder[i], &hibari->scratch, frames, frames, count, last);
    }
    for (size_t row = 0; row < count; row += ROWS_SOUNDED) {
        size_t rows = count - row < ROWS_SOUNDED ? count - row : ROWS_SOUNDED;
        if (!sound_frames(hibari, frames + row * FRAME, rows)) {
            return false;
        }
    }
    return true;
}

/* A pitch in Hz, and no number but such as can be computed with. */
static float pitch_from(const struct hibari *hibari, float tone) {
    float pitch = tone * 100 * hibari->pitch;
    return pitch > 0 ? (pitch < 5000 ? pitch : 5000) : 0;
}

static void tell_unit(struct hibari *hibari, float *told, const float *tones) {
    const float *sound = hibari->sound + next(hibari, &hibari->decoded) * SOUND;
    for (size_t i = 0; i < FRAMES; i++, told += TOLD) {
        float pitch = pitch_from(hibari, tones[i]);
        memcpy(told, sound, SOUND * sizeof *told);
        told[SOUND] = logf(1 + pitch) / 5;
        told[SOUND + 1] = tones[FRAMES + i];
        vocoder_pitch(&hibari->vocoder, pitch);
    }
}

/* Units whose tones are known. */
static bool sound_units(struct hibari *hibari, size_t count, bool last) {
    enum { UNITS = PIECE / FRAMES };
    for (size_t unit = 0; unit < count; unit += UNITS) {
        size_t units = count - unit < UNITS ? count - unit : UNITS;
        for (size_t i = 0; i < units; i++) {
            tell_unit(hibari, hibari->told + i * FRAMES * TOLD, hibari->tones + (unit + i) * 4);
        }
        if (!decode(hibari, units * FRAMES, last && unit + units == count)) {
            return false;
        }
    }
    return true;
}

/* Whether the next piece needs phonemes that are not known yet. */
static bool needs_more(const struct hibari *hibari) {
    const struct cursor *given = &hibari->given;
    size_t units = given->phoneme < hibari->known ? given->left : 0;
    for (size_t i = given->phoneme + 1; i < hibari->known && units < PIECE; i++) {
        units += hibari->units[i];
    }
    return units < PIECE && hibari->known < hibari->clause->count;
}

/* Gives the next units to prosody; returns of how many units the tones are known then. */
static size_t tune_units(struct hibari *hibari, bool *last) {
    float *melody = hibari->melody;
    struct scratch *scratch = &hibari->scratch;
    size_t count = 0;
    if (needs_more(hibari)) {
        /* The length of the present phoneme stays: some of it may have been given. */
        encode(hibari, hibari->given.phoneme + 1);
    }
    scratch->kernels = &hibari->exact;
    for (; count < PIECE && !is_over(hibari, &hibari->given); count++) {
        memcpy(hibari->rows + count * TUNE, hibari->tune + next(hibari, &hibari->given) * TUNE,
               TUNE * sizeof *melody);
    }
    *last = is_over(hibari, &hibari->given);
    net_linear(scratch, &hibari->voice.prosody_in, melody, TUNE, hibari->rows, TUNE, count);
    for (int i = 0; i < PROSODY_BLOCKS; i++) {
        count = stage_push(&hibari->prosody[i], scratch, melody, melody, count, *last);
    }
    net_linear(scratch, &hibari->voice.prosody_out, hibari->tones, 4, melody, TUNE, count);
    return count;
}

void hibari_set_pitch(struct hibari *hibari, float ratio) {
    hibari->pitch = ratio > 0.5f ? (ratio < 2 ? ratio : 2) : 0.5f;
}

bool hibari_speak(struct hibari *hibari, const struct hibari_clause *clause, float speed,
                  const struct hibari_sink *sink) {
    if (!is_sound(clause)) {
        return false;
    }
    hibari->clause = clause;
    hibari->sink = sink;
    hibari->speed = speed > 0.25f ? (speed < 4 ? speed : 4) : 0.25f;
    prepare(hibari);
    for (bool last = false; !last;) {
        size_t count = tune_units(hibari, &last);
        if (!sound_units(hibari, count, last)) {
            return false;
        }
    }
    float hop[HIBARI_HOP];
    for (size_t number = 0; number < 2; number++) {
        vocoder_end(&hibari->vocoder, hop, number);
        if (!emit(hibari, hop)) {
            return false;
        }
    }
    return true;
}
