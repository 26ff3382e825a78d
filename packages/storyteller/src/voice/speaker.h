/* SPDX-License-Identifier: MIT */
/* The thread that speaks: sentences go in, sound comes out, while the next are being invented. */
#ifndef STORYTELLER_SPEAKER_H
#define STORYTELLER_SPEAKER_H

#include <stdbool.h>

#include "sound/sound.h"
#include "voice/speech.h"
#include "watchdog.h"

struct speaker;

/* What was heard of a story. */
struct speaker_report {
    double first_s;      /* clock_seconds() of the first sound; 0 when there was none */
    double first_ever_s; /* the same, since speaker_open(): with the greeting */
    double
        first_word_s; /* clock_seconds() when the first word that is no clip is heard, likewise */
    double speech_s;  /* seconds of sound that the voice and the clips gave */
    double cpu_s;     /* processor time that the voice took, apart from all else */
    double lowest_ms; /* least sound that lay ready while telling, not counting the end; -1: none */
    unsigned underruns; /* how often the card ran dry */
    bool is_lost;       /* the output failed on the way */
};

/* Start the thread. volume: percent, 0 to 100. Returns NULL when the system has no means left. */
struct speaker *speaker_open(struct speech *speech, int volume);

/* From now on tell this watchdog of the thread's progress. */
void speaker_set_watchdog(struct speaker *speaker, struct watchdog *watchdog);

/* Stop the thread. Only between stories. */
void speaker_close(struct speaker *speaker);

/* Another voice speaks from the next story on; the one before is no longer used. Only after
 * speaker_end(). */
void speaker_set_speech(struct speaker *speaker, struct speech *speech);

/* Begin a story that is to be heard through `sound`, which stays the caller's. Without a sound
 * (NULL) all that is said is forgotten. What a clip or sentence before it has still to play is
 * played. */
void speaker_begin(struct speaker *speaker, struct sound *sound);

/* From now on what is said is also written to this file, which stays the caller's; NULL: to none.
 * Returns false when the one before could not be written. */
bool speaker_copy(struct speaker *speaker, struct sound *copy);

/* Whether the image's clips sound like this voice as it is set: if so, they say its phrases
 * (phrases.h). At first they do not. */
void speaker_use_clips(struct speaker *speaker, bool is_wanted);

/* Hand over a sentence, waiting at most timeout_ms. Returns false while too many are waiting. */
bool speaker_say(struct speaker *speaker, const char *sentence, int timeout_ms);

/* Hand over a clip of the image (CLIP_FOLDER/NAME.wav, rendered by the same voice), to be played
 * in its turn. Returns false when there is none of that name, or too much is waiting. */
bool speaker_play_clip(struct speaker *speaker, const char *name);

/* Words, which stand between blanks, of all sentences that were handed over since speaker_begin(),
 * and of those how many were heard, or begin to be. */
unsigned speaker_words_said(const struct speaker *speaker);
unsigned speaker_words_heard(struct speaker *speaker);

/* The next sentence is spoken without this beginning, if it has it: a clip holds it. */
void speaker_skip(struct speaker *speaker, const char *beginning);

/* Wait at most timeout_ms until inventing may run ahead: enough sound lies ready, or nothing waits
 * to be spoken. Returns whether it may. */
bool speaker_await_room(struct speaker *speaker, int timeout_ms);

/* Hold the voice, softly and within 100 ms, or let it go on where it stopped. */
void speaker_pause(struct speaker *speaker, bool is_paused);

/* Loudness, percent of the voice as it was recorded, 0 to 100. Heard within 100 ms. */
void speaker_set_volume(struct speaker *speaker, int percent);

/* Speed, as of speech_set_speed(). From the next sentence on. */
void speaker_set_speed(struct speaker *speaker, int percent);

/* Wait at most timeout_ms until all that was handed over is spoken. Returns whether it is. */
bool speaker_is_quiet(struct speaker *speaker, int timeout_ms);

/* Be silent, softly and within 100 ms, and forget what was handed over. Until speaker_begin(). */
void speaker_stop(struct speaker *speaker);

/* The same, and wait for it: whatever plays, its end is soft, and its sound let go. */
void speaker_hush(struct speaker *speaker);

/* Whether the output failed in this story. */
bool speaker_is_lost(struct speaker *speaker);

/* The end of a story; only when the speaker is quiet. The output is no longer used then. */
struct speaker_report speaker_end(struct speaker *speaker);

/* Given to speaker_say() behind the last sentence: what lies in the output's buffer is played. */
extern const char SPEAKER_LAST[];

#endif
