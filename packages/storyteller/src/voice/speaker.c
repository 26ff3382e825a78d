/* SPDX-License-Identifier: MIT */
#include "voice/speaker.h"

#include <clock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sound/player.h"
#include "stop.h"
#include "thread.h"
#include "voice/clip.h"
#include "voice/phrases.h"
#include "voice/queue.h"
#include "voice/utterance.h"

#define NICE -5
/* How often the card is looked after while no sentence is there. */
#define LOOK_MS 20
/*
 * Silence that keeps the card going while the next sentence is being invented: enough for a look.
 */
#define WAIT_MS 300u
/* From here on inventing may have the processor. */
#define ROOM_MS 1000
/* In the queue, the name of a clip stands behind this character, which no sentence has. */
#define CLIP_MARK '\001'

const char SPEAKER_LAST[] = "";

struct speaker {
    pthread_t thread;
    struct queue queue;
    struct player player;
    struct utterance utterance;
    atomic_llong cpu_ns;
    atomic_bool has_clips;  /* that sound like the voice */
    const char *skipped;    /* beginning of the next sentence, which is the caller's too; or NULL */
    unsigned words_said;    /* since speaker_begin(), likewise */
    long long cpu_begun_ns; /* at speaker_begin(), which is the caller's */
};

/* Returns false when no clip says this sentence. */
static bool play_phrase(struct speaker *speaker, const char *sentence) {
    const char *clip = atomic_load(&speaker->has_clips) ? phrase_clip(sentence) : NULL;

    return clip != NULL && utterance_play_clip(&speaker->utterance, clip, sentence);
}

static void take(struct speaker *speaker, const char *sentence) {
    if (stop_is_wanted() || !player_is_on(&speaker->player)) {
        return;
    }
    if (strcmp(sentence, SPEAKER_LAST) == 0) {
        player_finish(&speaker->player);
    } else if (sentence[0] == CLIP_MARK) {
        (void)utterance_play_clip(&speaker->utterance, sentence + 1, "");
    } else if (!play_phrase(speaker, sentence)) {
        utterance_say(&speaker->utterance, sentence);
    }
}

static void note_cpu(struct speaker *speaker) {
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    atomic_store(&speaker->cpu_ns, time.tv_sec * 1000000000LL + time.tv_nsec);
}

static void *run(void *user) {
    struct speaker *speaker = user;
    char sentence[SENTENCE_BYTES];

    /* Speech comes first: a gap in it is heard, a token that comes later is not. Linux takes
     * this for the calling thread only. Without the right to it, all works as well. */
    setpriority(PRIO_PROCESS, 0, NICE);
    while (!queue_is_closed(&speaker->queue)) {
        int timeout_ms = player_is_busy(&speaker->player) ? LOOK_MS : -1;

        if (queue_take(&speaker->queue, sentence, timeout_ms)) {
            take(speaker, sentence);
            note_cpu(speaker);
            queue_done(&speaker->queue);
        }
        player_keep_up(&speaker->player, WAIT_MS);
    }
    return NULL;
}

static void destroy(struct speaker *speaker) {
    queue_destroy(&speaker->queue);
    player_close(&speaker->player);
    free(speaker);
}

struct speaker *speaker_open(struct speech *speech, int volume) {
    struct speaker *speaker = calloc(1, sizeof(*speaker));

    if (speaker == NULL) {
        return NULL;
    }
    speaker->utterance.speech = speech;
    speaker->utterance.player = &speaker->player;
    if (!player_open(&speaker->player, speech->rate, volume)) {
        free(speaker);
        return NULL;
    }
    if (!queue_init(&speaker->queue)) {
        player_close(&speaker->player);
        free(speaker);
        return NULL;
    }
    if (thread_start(&speaker->thread, run, speaker)) {
        return speaker;
    }
    destroy(speaker);
    return NULL;
}

void speaker_close(struct speaker *speaker) {
    if (speaker == NULL) {
        return;
    }
    player_stop(&speaker->player);
    queue_close(&speaker->queue);
    pthread_join(speaker->thread, NULL);
    destroy(speaker);
}

void speaker_set_speech(struct speaker *speaker, struct speech *speech) {
    speaker->skipped = NULL;
    speaker->utterance.speech = speech;
    speaker->utterance.think_ms = 0.0;
    player_set_rate(&speaker->player, speech->rate);
}

void speaker_set_watchdog(struct speaker *speaker, struct watchdog *watchdog) {
    player_set_watchdog(&speaker->player, watchdog);
}

void speaker_begin(struct speaker *speaker, struct sound *sound) {
    player_begin(&speaker->player, sound);
    speaker->words_said = 0;
    speaker->cpu_begun_ns = atomic_load(&speaker->cpu_ns);
}

bool speaker_copy(struct speaker *speaker, struct sound *copy) {
    return player_copy(&speaker->player, copy);
}

void speaker_use_clips(struct speaker *speaker, bool is_wanted) {
    atomic_store(&speaker->has_clips, is_wanted);
}

bool speaker_say(struct speaker *speaker, const char *sentence, int timeout_ms) {
    size_t length = speaker->skipped != NULL ? strlen(speaker->skipped) : 0;

    player_pass_on(&speaker->player);
    if (length > 0 && strncmp(sentence, speaker->skipped, length) != 0) {
        length = 0;
    }
    if (!queue_push(&speaker->queue, sentence + length, timeout_ms)) {
        return false;
    }
    speaker->skipped = NULL;
    speaker->words_said += utterance_words(sentence + length);
    return true;
}

unsigned speaker_words_said(const struct speaker *speaker) {
    return speaker->words_said;
}

unsigned speaker_words_heard(struct speaker *speaker) {
    return player_marks_heard(&speaker->player);
}

void speaker_skip(struct speaker *speaker, const char *beginning) {
    speaker->skipped = beginning;
}

bool speaker_play_clip(struct speaker *speaker, const char *name) {
    char item[CLIP_NAME_BYTES + 1];
    struct clip clip;

    if (!clip_open(&clip, name, speaker->utterance.speech->rate)) {
        return false;
    }
    clip_close(&clip);
    snprintf(item, sizeof(item), "%c%s", CLIP_MARK, name);
    return queue_push(&speaker->queue, item, 0);
}

bool speaker_await_room(struct speaker *speaker, int timeout_ms) {
    double end_s = clock_seconds() + timeout_ms / 1e3;

    player_pass_on(&speaker->player);
    while (player_level_ms(&speaker->player) < ROOM_MS) {
        int left_ms = (int)((end_s - clock_seconds()) * 1e3);

        if (queue_wait(&speaker->queue, left_ms < LOOK_MS ? left_ms : LOOK_MS)) {
            return true;
        }
        if (left_ms <= LOOK_MS) {
            return false;
        }
        player_pass_on(&speaker->player);
    }
    return true;
}

void speaker_pause(struct speaker *speaker, bool is_paused) {
    player_pause(&speaker->player, is_paused);
}

void speaker_set_volume(struct speaker *speaker, int percent) {
    player_set_volume(&speaker->player, percent);
}

void speaker_set_speed(struct speaker *speaker, int percent) {
    atomic_store(&speaker->utterance.speed, percent);
}

bool speaker_is_quiet(struct speaker *speaker, int timeout_ms) {
    player_pass_on(&speaker->player);
    return queue_wait(&speaker->queue, timeout_ms);
}

void speaker_stop(struct speaker *speaker) {
    player_stop(&speaker->player);
    queue_clear(&speaker->queue);
}

void speaker_hush(struct speaker *speaker) {
    speaker_stop(speaker);
    while (!speaker_is_quiet(speaker, LOOK_MS)) {
        continue;
    }
    (void)speaker_end(speaker);
}

bool speaker_is_lost(struct speaker *speaker) {
    return player_is_lost(&speaker->player);
}

struct speaker_report speaker_end(struct speaker *speaker) {
    bool is_lost = player_is_lost(&speaker->player);
    struct player_report played = player_end(&speaker->player);

    return (struct speaker_report){
        .first_s = played.fed.first_s,
        .first_ever_s = played.fed.first_ever_s,
        .first_word_s = speaker->utterance.first_word_s,
        .speech_s = played.sound_s,
        .cpu_s = 1e-9 * (double)(atomic_load(&speaker->cpu_ns) - speaker->cpu_begun_ns),
        .lowest_ms = played.fed.lowest_ms,
        .underruns = played.fed.underruns,
        .is_lost = is_lost,
    };
}
