/* SPDX-License-Identifier: MIT */
#include "sound/player_parts.h"

#include <clock.h>
#include <string.h>
#include <time.h>

#define NAP_NS 10000000L
/* Silence behind the end: cards pass on whole periods. */
#define TAIL_MS 80u
#define STALL_S 2.0

static void nap(void) {
    nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
}

bool player_open(struct player *player, unsigned voice_rate, int volume) {
    memset(player, 0, sizeof(*player));
    player->voice_rate = voice_rate;
    player->feed.gain.wanted = gain_of(volume);
    return pthread_mutex_init(&player->mutex, NULL) == 0;
}

static void forget_sound(struct player *player) {
    feed_close(&player->feed);
    resampler_close(&player->resampler);
}

void player_close(struct player *player) {
    forget_sound(player);
    pthread_mutex_destroy(&player->mutex);
}

static void lose(struct player *player) {
    player->is_lost = true;
    forget_sound(player);
}

void player_pump(struct player *player) {
    if (player->feed.sound == NULL || !feed_end_stop(&player->feed) || player->is_paused ||
        player->is_stopped) {
        return;
    }
    if (!feed_pass_on(&player->feed)) {
        lose(player);
    }
}

/* The same, by the thread that writes. */
static void pump(struct player *player) {
    watchdog_progress(player->watchdog, WATCHDOG_SPEAKING);
    player_pump(player);
}

/* Open what lies between the voice and a sound that was not used before. */
static void use(struct player *player, struct sound *sound) {
    forget_sound(player);
    marks_clear(&player->marks);
    if (!resampler_open(&player->resampler, player->voice_rate, sound->rate) ||
        !feed_open(&player->feed, sound, PLAYER_MOST_S)) {
        lose(player);
    }
}

void player_begin(struct player *player, struct sound *sound) {
    pthread_mutex_lock(&player->mutex);
    feed_begin(&player->feed);
    player->sound_s = 0.0;
    marks_clear(&player->marks);
    player->is_paused = player->is_stopped = player->is_lost = false;
    if (sound == NULL) {
        forget_sound(player);
    } else if (sound != player->feed.sound) {
        use(player, sound);
    }
    pthread_mutex_unlock(&player->mutex);
}

/* Wait until so many samples fit. Returns false when they never will. */
static bool wait_for_room(struct player *player, size_t count) {
    pump(player);
    while (player->feed.sound != NULL && !player->is_stopped &&
           ring_room(&player->feed.ring, player->feed.delay) < count) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
        pump(player);
    }
    return player->feed.sound != NULL && !player->is_stopped;
}

bool player_copy(struct player *player, struct sound *copy) {
    bool ok;

    pthread_mutex_lock(&player->mutex);
    ok = !player->is_copy_lost;
    player->copy = copy;
    player->is_copy_lost = false;
    pthread_mutex_unlock(&player->mutex);
    return ok;
}

static void write_copy(struct player *player, const int16_t *samples, size_t count) {
    if (player->copy == NULL || player->is_copy_lost) {
        return;
    }
    player->is_copy_lost = player->copy->write(player->copy, samples, count) != (long)count;
}

static bool write_block(struct player *player, const int16_t *samples, size_t count) {
    int16_t out[RESAMPLE_MOST];
    bool ok;

    pthread_mutex_lock(&player->mutex);
    ok = wait_for_room(player, RESAMPLE_MOST);
    if (ok) {
        write_copy(player, samples, count);
        ring_write(&player->feed.ring, out, resampler_run(&player->resampler, samples, count, out));
        player->sound_s += (double)count / player->voice_rate;
        pump(player);
    }
    pthread_mutex_unlock(&player->mutex);
    return ok;
}

bool player_write(struct player *player, const int16_t *samples, size_t count) {
    while (count > 0) {
        size_t block = count < RESAMPLE_BLOCK ? count : RESAMPLE_BLOCK;

        if (!write_block(player, samples, block)) {
            return false;
        }
        samples += block;
        count -= block;
    }
    return true;
}

void player_mark(struct player *player) {
    pthread_mutex_lock(&player->mutex);
    marks_set(&player->marks, player->feed.ring.written);
    pthread_mutex_unlock(&player->mutex);
}

/* A pause of that many milliseconds. */
static void rest(struct player *player, unsigned milliseconds) {
    static const int16_t silence[RESAMPLE_BLOCK];
    size_t left = (size_t)player->voice_rate * milliseconds / 1000;

    while (left > 0) {
        size_t block = left < RESAMPLE_BLOCK ? left : RESAMPLE_BLOCK;

        if (!write_block(player, silence, block)) {
            return;
        }
        left -= block;
    }
}

void player_keep_up(struct player *player, unsigned milliseconds) {
    struct feed *feed = &player->feed;

    pthread_mutex_lock(&player->mutex);
    pump(player);
    if (feed_is_live(feed) && feed->report.first_s > 0.0 && !player->is_stopped &&
        !player->is_paused && !feed->is_finishing) {
        size_t level = feed_level(feed), wanted = feed_samples(feed, milliseconds);

        if (level < wanted) {
            ring_write(&feed->ring, NULL, wanted - level);
        }
        pump(player);
    }
    pthread_mutex_unlock(&player->mutex);
}

/* Whether all was heard, or a card that does not tell truly has had the time for it. */
static bool is_over(struct player *player, double *end_s) {
    pump(player);
    if (player->feed.sound == NULL || player->is_stopped) {
        return true;
    }
    if (player->is_paused || ring_waiting(&player->feed.ring) > 0) {
        return false;
    }
    player->feed.sound->finish(player->feed.sound);
    if (*end_s <= 0.0) {
        *end_s = clock_seconds() + (double)player->feed.delay / player->feed.sound->rate + STALL_S;
    }
    return player->feed.delay <= feed_samples(&player->feed, TAIL_MS / 2) ||
           clock_seconds() > *end_s;
}

void player_finish(struct player *player) {
    double end_s = 0.0;

    rest(player, TAIL_MS);
    pthread_mutex_lock(&player->mutex);
    player->feed.is_finishing = true;
    while (!is_over(player, &end_s)) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
    }
    if (!player->is_stopped) {
        feed_finish(&player->feed);
    }
    pthread_mutex_unlock(&player->mutex);
}

struct player_report player_end(struct player *player) {
    struct player_report report;

    pthread_mutex_lock(&player->mutex);
    while (player->feed.sound != NULL && !feed_end_stop(&player->feed)) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
    }
    report = (struct player_report){player->sound_s, player->feed.report};
    forget_sound(player);
    pthread_mutex_unlock(&player->mutex);
    return report;
}
