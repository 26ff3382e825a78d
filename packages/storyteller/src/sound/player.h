/* SPDX-License-Identifier: MIT */
/* From the voice to the card, for two threads: one writes; any other may hold, stop or make louder
 * at any time. */
#ifndef STORYTELLER_PLAYER_H
#define STORYTELLER_PLAYER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sound/feed.h"
#include "sound/marks.h"
#include "sound/resample.h"
#include "sound/sound.h"
#include "watchdog.h"

/* What the ring and the card hold at most, together. */
#define PLAYER_MOST_S 4u

/* How sound went out since player_begin(). */
struct player_report {
    double sound_s;         /* written */
    struct feed_report fed; /* to the card */
};

struct player {
    pthread_mutex_t mutex;
    struct watchdog *watchdog; /* learns that there is progress */
    unsigned voice_rate;
    struct resampler resampler;
    struct feed feed;
    struct marks marks; /* places in the ring */
    struct sound *copy; /* gets what the voice says as it is; NULL: no copy, or it failed */
    double sound_s;     /* written */
    bool is_paused;
    bool is_stopped;
    bool is_lost;
    bool is_copy_lost;
};

/* volume: percent, 0 to 100. Returns false when the system has no means left. */
bool player_open(struct player *player, unsigned voice_rate, int volume);
void player_close(struct player *player);

/* Another rate of the voice. Only after player_end(). */
void player_set_rate(struct player *player, unsigned voice_rate);

/* From now on tell this watchdog of progress. */
void player_set_watchdog(struct player *player, struct watchdog *watchdog);

/* Begin a story on `sound`, which stays the caller's; NULL: unheard. If it is the one that plays
 * already, what it has still to play is played. Ends stopping and pausing. */
void player_begin(struct player *player, struct sound *sound);

/* From now on what the voice says is also written to this file, which stays the caller's; NULL: to
 * none. Returns false when the one before could not be written. */
bool player_copy(struct player *player, struct sound *copy);

/* Take samples of the voice, waiting for room. Returns false when stopped or lost. */
bool player_write(struct player *player, const int16_t *samples, size_t count);

/* What is written next is marked. */
void player_mark(struct player *player);

/* How many marks were heard since player_begin(). What is forgotten by a stop never is. */
unsigned player_marks_heard(struct player *player);

/* Pass on what there is. While telling, and nothing is being written: append silence until so many
 * milliseconds lie ready, so that the card never runs dry for want of text. */
void player_keep_up(struct player *player, unsigned milliseconds);

/* Play all that was written; returns when it was heard, stopped or lost. */
void player_finish(struct player *player);

/* Pass on what there is, while the thread that writes may be busy with something else. */
void player_pass_on(struct player *player);

void player_pause(struct player *player, bool is_paused);
void player_stop(struct player *player);
void player_set_volume(struct player *player, int percent);

/* Sound that lies ready, in milliseconds; INT_MAX while nothing has to be waited for. */
int player_level_ms(struct player *player);

/* Whether there is something to play or to end: player_keep_up() must be called often. */
bool player_is_busy(struct player *player);

/* Whether what is written now is taken: neither stopped nor lost. */
bool player_is_on(struct player *player);
bool player_is_lost(struct player *player);

/* Let go of the sound, after a soft stop if it still plays. */
struct player_report player_end(struct player *player);

#endif
