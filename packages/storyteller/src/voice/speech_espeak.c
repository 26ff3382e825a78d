/* SPDX-License-Identifier: MIT */
/* The voices of espeak-ng: computed from formants. Clear, mechanical, and small. */
#include "voice/speech.h"

#ifdef SPEECH_ESPEAK

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <espeak-ng/espeak_ng.h>

#include "voice/speech_espeak.h"

#define PART_MS 60 /* of sound at a time: the shortest that the engine knows */
#define SEED 1     /* of breath and roughness: the same sentence always sounds the same */

/* The engine's own scale of pitch: 0 to 99, where 50 is natural and 50 more is an octave. It moves
 * the voice's lowest tone; how far the others lie above it is MELODY of that tone, on average. */
#define PITCH_NATURAL 50
#define PITCH_OCTAVE 50
#define PITCH_HIGHEST 99
#define MELODY 0.28

struct espeak {
    struct speech speech;
    const struct speech_sink *sink;
};

/* Words that begin in this part. */
static void begin_words(const struct speech_sink *sink, const espeak_EVENT *events) {
    for (; sink->begin_word != NULL && events->type != espeakEVENT_LIST_TERMINATED; events++) {
        if (events->type == espeakEVENT_WORD) {
            sink->begin_word(sink->user);
        }
    }
}

static int take_part(short *samples, int count, espeak_EVENT *events) {
    struct espeak *espeak;

    if (samples == NULL || count <= 0) { /* the end, or an event between two sounds */
        return 0;
    }
    espeak = events->user_data;
    begin_words(espeak->sink, events);
    return espeak->sink->take(espeak->sink->user, samples, (size_t)count) ? 0 : 1;
}

static void espeak_say(struct speech *speech, const char *sentence,
                       const struct speech_sink *sink) {
    struct espeak *espeak = (struct espeak *)speech;

    espeak->sink = sink;
    espeak_ng_Synthesize(sentence, 0, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, espeak);
}

static void espeak_set_speed(struct speech *speech, int speed) {
    (void)speech;
    espeak_ng_SetParameter(espeakRATE, espeakRATE_NORMAL * speed / 100, 0);
}

static void espeak_set_pitch(struct speech *speech, int pitch) {
    double ratio = pitch / 100.0;
    double lowest = fmax(ratio + (ratio - 1) * MELODY, 0.5);
    int place = PITCH_NATURAL + (int)lround(PITCH_OCTAVE * log2(lowest));

    (void)speech;
    /* Below 61 % and above 175 %, only the melody changes still. */
    espeak_ng_SetParameter(espeakPITCH, place > PITCH_HIGHEST ? PITCH_HIGHEST : place, 0);
    espeak_ng_SetParameter(espeakRANGE, pitch / 2, 0);
}

static void espeak_close(struct speech *speech) {
    espeak_ng_Terminate();
    free(speech);
}

/* The data are where the library was built to look, or where ESPEAK_DATA_PATH points. */
static bool start_engine(const char *speaker) {
    espeak_ng_ERROR_CONTEXT context = NULL;
    espeak_ng_STATUS status;

    espeak_ng_InitializePath(NULL);
    status = espeak_ng_Initialize(&context);
    espeak_ng_ClearErrorContext(&context);
    if (status == ENS_OK) {
        status = espeak_ng_InitializeOutput(ENOUTPUT_MODE_SYNCHRONOUS, PART_MS, NULL);
    }
    if (status == ENS_OK) {
        status = espeak_ng_SetVoiceByName(speaker);
    }
    espeak_ng_SetRandSeed(SEED);
    espeak_SetSynthCallback(take_part);
    return status == ENS_OK;
}

struct speech *speech_open_espeak(const char *speaker, char problem[SPEECH_PROBLEM_BYTES]) {
    struct espeak *espeak = calloc(1, sizeof(*espeak));

    if (espeak == NULL) {
        snprintf(problem, SPEECH_PROBLEM_BYTES, "not enough memory for the voice");
        return NULL;
    }
    if (!start_engine(speaker)) {
        snprintf(problem, SPEECH_PROBLEM_BYTES, "the data of the voice %s are missing", speaker);
        espeak_close(&espeak->speech);
        return NULL;
    }
    espeak->speech = (struct speech){(unsigned)espeak_ng_GetSampleRate(),
                                     0,
                                     espeak_say,
                                     espeak_set_speed,
                                     espeak_set_pitch,
                                     espeak_close,
                                     false};
    return &espeak->speech;
}

#endif
