/* SPDX-License-Identifier: MIT */
/* A voice: from a sentence of text to sound, in small parts, as soon as they are ready. */
#ifndef STORYTELLER_SPEECH_H
#define STORYTELLER_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What gets the sound of a sentence, part by part. */
struct speech_sink {
    /* Mono samples. Returning false stops the sentence. */
    bool (*take)(void *user, const int16_t *samples, size_t count);
    /* With the next part begins the next word, as far as the voice can say: a word is what stands
     * between blanks. NULL: nobody wants to know. */
    void (*begin_word)(void *user);
    void *user;
};

/* One open voice. Kinds of voices put this first in a structure of their own. */
struct speech {
    unsigned rate;        /* samples per second that it gives */
    int words_per_minute; /* of stories at its natural speed, pauses included */
    /* Speak a sentence, for speech_say(). */
    void (*say)(struct speech *speech, const char *sentence, const struct speech_sink *sink);
    /* percent of the voice's natural speed, 50 to 200; from the next sentence on. */
    void (*set_speed)(struct speech *speech, int speed);
    /* percent of the voice's natural pitch, 50 to 200; from the next sentence on. */
    void (*set_pitch)(struct speech *speech, int pitch);
    void (*close)(struct speech *speech);
    /* Its lexicon has Hmm, Psst, isn't and the like, and guesses spellings of them worse. */
    bool knows_sounds;
};

/* Why a voice could not be opened: one clause, for a person. */
#define SPEECH_PROBLEM_BYTES 320

/* The voices that are built in, the usual one first; the last has no name. */
struct voice {
    const char *name;
    struct speech *(*open)(char problem[SPEECH_PROBLEM_BYTES]);
    int words_per_minute;
};
extern const struct voice VOICES[];

/* The one of that name among such; NULL: there is none. */
const struct voice *speech_find(const struct voice *voices, const char *name);

/* Open a voice that is built in. Only one can be open at a time. Returns NULL, with the reason in
 * `problem`, if there is none of that name, or there is not enough memory, or its data cannot be
 * used. */
struct speech *speech_open(const char *name, char problem[SPEECH_PROBLEM_BYTES]);

/* Speak a sentence of printable ASCII, of at most SPEECH_SENTENCE_BYTES, as it is to be spoken: see
 * spoken.h. Returns when it is over or the sink had enough. */
#define SPEECH_SENTENCE_BYTES 2048
void speech_say(struct speech *speech, const char *sentence, const struct speech_sink *sink);

/* Audiobooks for children have 120 to 150 words a minute, pauses included. */
#define SPEECH_WORDS_PER_MINUTE 135

/* percent of that, 50 to 200, whatever the voice; from the next sentence on. */
void speech_set_speed(struct speech *speech, int percent);

#endif
