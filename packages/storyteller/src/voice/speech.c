/* SPDX-License-Identifier: MIT */
#include "voice/speech.h"

#include <stdio.h>

#include "voice/spoken.h"

struct speech *speech_open(const char *name, char problem[SPEECH_PROBLEM_BYTES]) {
    const struct voice *voice = speech_find(VOICES, name);
    struct speech *speech;

    if (voice == NULL) {
        snprintf(problem, SPEECH_PROBLEM_BYTES, "there is no voice '%s' in this image", name);
        return NULL;
    }
    speech = voice->open(problem);
    if (speech != NULL) {
        speech->words_per_minute = voice->words_per_minute;
    }
    return speech;
}

void speech_say(struct speech *speech, const char *sentence, const struct speech_sink *sink) {
    char spoken[SPEECH_SENTENCE_BYTES];

    spoken_text(sentence, speech->knows_sounds, spoken, sizeof(spoken));
    speech->say(speech, spoken, sink);
}

void speech_set_speed(struct speech *speech, int percent) {
    int natural = speech->words_per_minute;

    speech->set_speed(speech, (percent * SPEECH_WORDS_PER_MINUTE + natural / 2) / natural);
}
