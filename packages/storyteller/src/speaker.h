/* SPDX-License-Identifier: MIT */
/* The thread that speaks: sentences go in, sound comes out, while the next are being invented. */
#ifndef STORYTELLER_SPEAKER_H
#define STORYTELLER_SPEAKER_H

#include <stdbool.h>

#include "sound.h"
#include "speech.h"

struct speaker;

/* What was heard of a story. */
struct speaker_report {
    double speech_s; /* seconds of speech handed to the output */
    double first_s;  /* clock_seconds() of the first sound; 0 when there was none */
    bool is_lost;    /* the output failed on the way */
};

/* Start the thread. volume: percent, 0 to 100. Returns NULL when the system has no means left. */
struct speaker *speaker_open(struct speech *speech, int volume);

/* Stop the thread. Only between stories. */
void speaker_close(struct speaker *speaker);

/* Begin a story that is to be heard through `sound`, which stays the caller's. */
void speaker_begin(struct speaker *speaker, struct sound *sound);

/* Hand over a sentence, waiting at most timeout_ms. Returns false while too many are waiting. */
bool speaker_say(struct speaker *speaker, const char *sentence, int timeout_ms);

/* Wait at most timeout_ms until all that was handed over is spoken. Returns whether it is. */
bool speaker_is_quiet(struct speaker *speaker, int timeout_ms);

/* Be silent at once, and forget what was handed over. */
void speaker_hush(struct speaker *speaker);

/* Whether the output failed in this story. */
bool speaker_is_lost(const struct speaker *speaker);

/* The end of a story; only when the speaker is quiet. The output is no longer used then. */
struct speaker_report speaker_end(struct speaker *speaker);

/* Given to speaker_say() behind the last sentence: what lies in the output's buffer is played. */
extern const char SPEAKER_LAST[];

#endif
