/* SPDX-License-Identifier: MIT */
/* What any thread may do to the player, or ask of it, at any time. */
#include <limits.h>

#include "sound/player_parts.h"

void player_set_watchdog(struct player *player, struct watchdog *watchdog) {
    pthread_mutex_lock(&player->mutex);
    player->watchdog = watchdog;
    pthread_mutex_unlock(&player->mutex);
}

void player_set_rate(struct player *player, unsigned voice_rate) {
    pthread_mutex_lock(&player->mutex);
    player->voice_rate = voice_rate;
    pthread_mutex_unlock(&player->mutex);
}

void player_pass_on(struct player *player) {
    pthread_mutex_lock(&player->mutex);
    player_pump(player);
    pthread_mutex_unlock(&player->mutex);
}

void player_pause(struct player *player, bool is_paused) {
    pthread_mutex_lock(&player->mutex);
    if (is_paused && !player->is_paused && !player->is_stopped) {
        feed_stop(&player->feed);
    }
    player->is_paused = is_paused;
    pthread_mutex_unlock(&player->mutex);
}

void player_stop(struct player *player) {
    pthread_mutex_lock(&player->mutex);
    if (!player->is_paused && !player->is_stopped) {
        feed_stop(&player->feed);
    }
    if (player->feed.sound != NULL) {
        ring_move(&player->feed.ring, (ptrdiff_t)ring_waiting(&player->feed.ring));
    }
    player->is_stopped = true;
    marks_clear(&player->marks);
    pthread_mutex_unlock(&player->mutex);
}

void player_set_volume(struct player *player, int percent) {
    pthread_mutex_lock(&player->mutex);
    feed_set_gain(&player->feed, gain_of(percent));
    player_pump(player);
    pthread_mutex_unlock(&player->mutex);
}

int player_level_ms(struct player *player) {
    int level_ms = INT_MAX;

    pthread_mutex_lock(&player->mutex);
    if (feed_is_live(&player->feed) && !player->is_stopped) {
        level_ms = (int)(1000 * feed_level(&player->feed) / player->feed.sound->rate);
    }
    pthread_mutex_unlock(&player->mutex);
    return level_ms;
}

unsigned player_marks_heard(struct player *player) {
    unsigned heard = 0;

    pthread_mutex_lock(&player->mutex);
    if (player->feed.sound != NULL && !player->is_stopped) {
        heard = marks_heard(&player->marks, feed_heard(&player->feed));
    }
    pthread_mutex_unlock(&player->mutex);
    return heard;
}

bool player_is_busy(struct player *player) {
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->feed.sound != NULL && (feed_level(&player->feed) > 0 || player->feed.drop_s > 0.0);
    if (!is) {
        watchdog_idle(player->watchdog, WATCHDOG_SPEAKING);
    }
    pthread_mutex_unlock(&player->mutex);
    return is;
}

bool player_is_on(struct player *player) {
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->feed.sound != NULL && !player->is_stopped;
    pthread_mutex_unlock(&player->mutex);
    return is;
}

bool player_is_lost(struct player *player) {
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->is_lost;
    pthread_mutex_unlock(&player->mutex);
    return is;
}
