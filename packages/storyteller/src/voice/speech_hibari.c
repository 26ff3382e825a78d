/* SPDX-License-Identifier: MIT */
/* The voices of hibari: a small neural network that has learned from a person's recordings. The
 * most natural ones, and the most expensive. */
#include "voice/speech.h"

#ifdef SPEECH_HIBARI

#include <stdio.h>
#include <stdlib.h>

#include <hibari/hibari.h>
#include <hibari/read.h>

#include "voice/speech_hibari.h"

#define FOLDER "/usr/share/hibari"
#define PATH_BYTES 512
/* The network speaks as softly as the recordings that it knows: with this gain it is as loud as
 * other voices. Of its samples 1 in 1,000 would then be beyond the knee, from where on the curve
 * bends, and gets no further than the loudest sample there is. */
#define GAIN 3
#define KNEE 20000
#define ABOVE (INT16_MAX - KNEE)

struct hibari_speech {
    struct speech speech;
    struct hibari *engine;
    struct hibari_words *words;
    struct hibari_clause clause;
    float speed; /* ratio to the natural one */
    const struct speech_sink *sink;
    bool is_stopped; /* the sink had enough */
};

static int16_t louder(int16_t sample) {
    int32_t level = (sample < 0 ? -sample : sample) * GAIN;

    if (level > KNEE) {
        level = KNEE + (level - KNEE) * ABOVE / (level - KNEE + ABOVE);
    }
    return (int16_t)(sample < 0 ? -level : level);
}

static bool take_hop(void *user, const int16_t *samples) {
    struct hibari_speech *voice = user;
    int16_t loud[HIBARI_HOP];

    for (size_t i = 0; i < HIBARI_HOP; i++) {
        loud[i] = louder(samples[i]);
    }
    voice->is_stopped = !voice->sink->take(voice->sink->user, loud, HIBARI_HOP);
    return !voice->is_stopped;
}

static void begin_word(void *user) {
    const struct hibari_speech *voice = user;

    if (voice->sink->begin_word != NULL) {
        voice->sink->begin_word(voice->sink->user);
    }
}

/* A clause that has nothing to say is refused by the engine, which is as well. */
static void hibari_say(struct speech *speech, const char *sentence,
                       const struct speech_sink *sink) {
    struct hibari_speech *voice = (struct hibari_speech *)speech;
    const struct hibari_sink hops = {take_hop, begin_word, voice};
    size_t length;

    voice->sink = sink;
    voice->is_stopped = false;
    while (!voice->is_stopped &&
           (length = hibari_read(voice->words, sentence, &voice->clause)) > 0) {
        (void)hibari_speak(voice->engine, &voice->clause, voice->speed, &hops);
        sentence += length;
    }
}

static void hibari_speed(struct speech *speech, int speed) {
    ((struct hibari_speech *)speech)->speed = (float)speed / 100.0F;
}

static void hibari_pitch(struct speech *speech, int pitch) {
    hibari_set_pitch(((struct hibari_speech *)speech)->engine, (float)pitch / 100.0F);
}

static void close_voice(struct speech *speech) {
    struct hibari_speech *voice = (struct hibari_speech *)speech;

    hibari_words_close(voice->words);
    hibari_close(voice->engine);
    free(voice);
}

/* Where a file of the speaker is: in the folder that a variable names, or where cards have it. */
static void find_file(char path[PATH_BYTES], const char *variable, const char *speaker,
                      const char *ending) {
    const char *folder = getenv(variable);

    snprintf(path, PATH_BYTES, "%s/%s.%s", folder != NULL ? folder : FOLDER, speaker, ending);
}

static bool open_files(struct hibari_speech *voice, const char *speaker,
                       struct hibari_error *error) {
    char path[PATH_BYTES];

    find_file(path, "HIBARI_WORDS", speaker, "words");
    voice->words = hibari_words_open(path, error);
    if (voice->words == NULL) {
        return false;
    }
    find_file(path, "HIBARI_VOICES", speaker, "voice");
    voice->engine = hibari_open(path, error);
    return voice->engine != NULL;
}

struct speech *speech_open_hibari(const char *speaker, char problem[SPEECH_PROBLEM_BYTES]) {
    struct hibari_error error = {"not enough memory for the voice"};
    struct hibari_speech *voice = calloc(1, sizeof(*voice));

    if (voice == NULL || !open_files(voice, speaker, &error)) {
        snprintf(problem, SPEECH_PROBLEM_BYTES, "%s", error.text);
        if (voice != NULL) {
            close_voice(&voice->speech);
        }
        return NULL;
    }
    voice->speed = 1.0F;
    voice->speech =
        (struct speech){HIBARI_RATE, 0, hibari_say, hibari_speed, hibari_pitch, close_voice, true};
    return &voice->speech;
}

#endif
