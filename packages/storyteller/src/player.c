/* SPDX-License-Identifier: MIT */
#include "player.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "clock.h"

#define UNITY (1 << 16)
#define PART 256u
#define NAP_NS 10000000L
/* A change of loudness that is this slow is heard as such, not as a click. */
#define FADE_MS 20u
/* What a card may have fetched already, and cannot give back. */
#define FETCHED_MS 20u
/* A card that gives nothing back is cut off when it would go on for longer. */
#define CUT_MS 80u
/* Silence behind the end: cards pass on whole periods. */
#define TAIL_MS 80u
#define STALL_S 2.0
#define UNDERWAY_MS 100.0

static size_t samples_of(const struct player *player, unsigned milliseconds)
{
    return (size_t)player->sound->rate * milliseconds / 1000;
}

static int32_t gain_of(int percent)
{
    return (int32_t)((int64_t)UNITY * percent / 100);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
}

bool player_open(struct player *player, unsigned voice_rate, int volume)
{
    memset(player, 0, sizeof(*player));
    player->voice_rate = voice_rate;
    player->wanted = gain_of(volume);
    return pthread_mutex_init(&player->mutex, NULL) == 0;
}

static void forget_sound(struct player *player)
{
    player->sound = NULL;
    player->delay = 0;
    player->drop_s = 0.0;
    resampler_close(&player->resampler);
    ring_close(&player->ring);
}

void player_close(struct player *player)
{
    forget_sound(player);
    pthread_mutex_destroy(&player->mutex);
}

static void lose(struct player *player)
{
    player->is_lost = true;
    forget_sound(player);
}

/* The gain that follows `count` samples after the present one. */
static int32_t gain_after(const struct player *player, size_t count)
{
    int64_t way = (int64_t)player->wanted - player->gain;
    int64_t reach = (int64_t)player->step * (int64_t)count;

    if (way < 0)
        return -way <= reach ? player->wanted : (int32_t)(player->gain - reach);
    return way <= reach ? player->wanted : (int32_t)(player->gain + reach);
}

static void apply_gain(const struct player *player, int16_t *samples, size_t count)
{
    if (player->gain == UNITY && player->wanted == UNITY)
        return;
    for (size_t i = 0; i < count; i++)
        samples[i] = (int16_t)((int64_t)samples[i] * gain_after(player, i) / UNITY);
}

/* Send the next part. Returns how many samples were taken, or what sound.h tells. */
static long send_part(struct player *player, size_t most)
{
    int16_t part[PART];
    size_t count = ring_peek(&player->ring, part, most < PART ? most : PART);
    long taken;

    apply_gain(player, part, count);
    taken = count > 0 ? player->sound->write(player->sound, part, count) : 0;
    if (taken > 0) {
        player->gain = gain_after(player, (size_t)taken);
        ring_move(&player->ring, taken);
        if (player->report.first_s <= 0.0)
            player->report.first_s = clock_seconds();
        if (player->report.first_ever_s <= 0.0)
            player->report.first_ever_s = player->report.first_s;
    }
    return taken;
}

/* The card played all it had: harmless at the end, a gap in the speech before. */
static void note_dry(struct player *player)
{
    player->delay = 0;
    player->gain = 0;
    if (player->is_finishing)
        return;
    player->report.underruns++;
    player->report.lowest_ms = 0.0;
}

static void note_level(struct player *player)
{
    double level_ms;

    level_ms = 1e3 * (double)(ring_waiting(&player->ring) + player->delay) / player->sound->rate;
    player->is_underway = player->is_underway || level_ms >= UNDERWAY_MS;
    if (player->is_finishing || player->sound->is_file || !player->is_underway)
        return;
    if (player->report.lowest_ms < 0.0 || level_ms < player->report.lowest_ms)
        player->report.lowest_ms = level_ms;
}

/* Drop what the card has behind a soft stop. Returns false while the stop is still being heard. */
static bool end_soft_stop(struct player *player)
{
    if (player->drop_s <= 0.0)
        return true;
    if (clock_seconds() < player->drop_s)
        return false;
    player->sound->drop(player->sound);
    player->drop_s = 0.0;
    player->delay = 0;
    player->gain = 0;
    return true;
}

/* Pass on to the card what it has room for. The mutex is held, here and wherever nothing is said. */
static void pump(struct player *player)
{
    long taken, delay;

    watchdog_progress(player->watchdog, WATCHDOG_SPEAKING);
    if (player->sound == NULL || !end_soft_stop(player) || player->is_paused || player->is_hushed)
        return;
    delay = player->sound->delay(player->sound);
    do {
        taken = send_part(player, PART);
        if (taken == SOUND_RAN_DRY)
            note_dry(player);
    } while (taken > 0);
    if (delay == SOUND_RAN_DRY)
        note_dry(player);
    delay = player->sound->delay(player->sound);
    if (taken == SOUND_LOST || delay == SOUND_LOST) {
        lose(player);
        return;
    }
    player->delay = delay > 0 ? (size_t)delay : 0;
    note_level(player);
}

void player_set_watchdog(struct player *player, struct watchdog *watchdog)
{
    pthread_mutex_lock(&player->mutex);
    player->watchdog = watchdog;
    pthread_mutex_unlock(&player->mutex);
}

/* Open what lies between the voice and a sound that was not used before. */
static void use(struct player *player, struct sound *sound)
{
    forget_sound(player);
    player->sound = sound;
    player->gain = 0;
    player->step = (int32_t)(UNITY * 1000u / (sound->rate * FADE_MS) + 1);
    if (sound->is_file)
        player->gain = player->wanted; /* nothing can click */
    if (!resampler_open(&player->resampler, player->voice_rate, sound->rate) ||
        !ring_open(&player->ring, (size_t)sound->rate * PLAYER_MOST_S))
        lose(player);
}

void player_begin(struct player *player, struct sound *sound)
{
    pthread_mutex_lock(&player->mutex);
    player->report = (struct player_report){.first_ever_s = player->report.first_ever_s,
                                            .lowest_ms = -1.0};
    player->is_paused = player->is_hushed = player->is_lost = false;
    player->is_underway = player->is_finishing = false;
    if (sound == NULL)
        forget_sound(player);
    else if (sound != player->sound)
        use(player, sound);
    pthread_mutex_unlock(&player->mutex);
}

/* Wait until so many samples fit. Returns false when they never will. */
static bool wait_for_room(struct player *player, size_t count)
{
    pump(player);
    while (player->sound != NULL && !player->is_hushed &&
           ring_room(&player->ring, player->delay) < count) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
        pump(player);
    }
    return player->sound != NULL && !player->is_hushed;
}

bool player_copy(struct player *player, struct sound *copy)
{
    bool ok;

    pthread_mutex_lock(&player->mutex);
    ok = !player->is_copy_lost;
    player->copy = copy;
    player->is_copy_lost = false;
    pthread_mutex_unlock(&player->mutex);
    return ok;
}

static void write_copy(struct player *player, const int16_t *samples, size_t count)
{
    if (player->copy == NULL || player->is_copy_lost)
        return;
    player->is_copy_lost = player->copy->write(player->copy, samples, count) != (long)count;
}

static bool write_block(struct player *player, const int16_t *samples, size_t count)
{
    int16_t out[RESAMPLE_MOST];
    bool ok;

    pthread_mutex_lock(&player->mutex);
    ok = wait_for_room(player, RESAMPLE_MOST);
    if (ok) {
        write_copy(player, samples, count);
        ring_write(&player->ring, out,
                   resampler_run(&player->resampler, samples, count, out));
        player->report.sound_s += (double)count / player->voice_rate;
        pump(player);
    }
    pthread_mutex_unlock(&player->mutex);
    return ok;
}

bool player_write(struct player *player, const int16_t *samples, size_t count)
{
    while (count > 0) {
        size_t block = count < RESAMPLE_BLOCK ? count : RESAMPLE_BLOCK;

        if (!write_block(player, samples, block))
            return false;
        samples += block;
        count -= block;
    }
    return true;
}

void player_rest(struct player *player, unsigned milliseconds)
{
    static const int16_t silence[RESAMPLE_BLOCK];
    size_t left = (size_t)player->voice_rate * milliseconds / 1000;

    while (left > 0) {
        size_t block = left < RESAMPLE_BLOCK ? left : RESAMPLE_BLOCK;

        if (!write_block(player, silence, block))
            return;
        left -= block;
    }
}

void player_keep_up(struct player *player, unsigned milliseconds)
{
    pthread_mutex_lock(&player->mutex);
    pump(player);
    if (player->sound != NULL && !player->sound->is_file && player->report.first_s > 0.0 &&
        !player->is_hushed && !player->is_paused && !player->is_finishing) {
        size_t level = ring_waiting(&player->ring) + player->delay;
        size_t wanted = samples_of(player, milliseconds);

        if (level < wanted)
            ring_write(&player->ring, NULL, wanted - level);
        pump(player);
    }
    pthread_mutex_unlock(&player->mutex);
}

/* Whether all was heard, or a card that does not tell truly has had the time for it. */
static bool is_over(struct player *player, double *end_s)
{
    pump(player);
    if (player->sound == NULL || player->is_hushed)
        return true;
    if (player->is_paused || ring_waiting(&player->ring) > 0)
        return false;
    player->sound->finish(player->sound);
    if (*end_s <= 0.0)
        *end_s = clock_seconds() + (double)player->delay / player->sound->rate + STALL_S;
    return player->delay <= samples_of(player, TAIL_MS / 2) || clock_seconds() > *end_s;
}

void player_finish(struct player *player)
{
    double end_s = 0.0;

    player_rest(player, TAIL_MS);
    pthread_mutex_lock(&player->mutex);
    player->is_finishing = true;
    while (!is_over(player, &end_s)) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
    }
    if (player->sound != NULL && !player->sound->is_file && !player->is_hushed)
        player->sound->drop(player->sound);
    player->delay = 0;
    pthread_mutex_unlock(&player->mutex);
}

/* Write the next samples getting softer until there is silence; they stay waiting in the ring. */
static size_t fade_out(struct player *player)
{
    static const int16_t silence[PART];
    int32_t wanted = player->wanted;
    uint64_t sent = player->ring.sent;
    size_t fade = samples_of(player, FADE_MS), done = 0;
    long taken = 1;

    player->wanted = 0;
    while (done < fade && taken > 0) {
        taken = send_part(player, fade - done);
        done += taken > 0 ? (size_t)taken : 0;
    }
    for (size_t tail = 0; tail < fade; tail += PART)
        (void)player->sound->write(player->sound, silence, PART);
    player->sound->finish(player->sound);
    player->wanted = wanted;
    player->ring.sent = sent;
    return done;
}

/* Take back what the card has not fetched yet; the ring has it still. Returns what the card keeps. */
static size_t take_back(struct player *player)
{
    long delay = player->sound->delay(player->sound);
    size_t fetched = samples_of(player, FETCHED_MS), back = 0;

    if (delay <= 0)
        return 0;
    if ((size_t)delay > fetched)
        back = player->sound->rewind(player->sound, (size_t)delay - fetched);
    ring_move(&player->ring, -(ptrdiff_t)back);
    return (size_t)delay - back;
}

/* From now on the card gets softer until it is silent. What it did not play waits in the ring. */
static void stop_softly(struct player *player)
{
    size_t kept;

    if (player->sound == NULL || player->sound->is_file || player->drop_s > 0.0)
        return;
    kept = take_back(player);
    if (kept > samples_of(player, CUT_MS)) {
        ring_move(&player->ring, -(ptrdiff_t)(kept < player->ring.sent ? kept : player->ring.sent));
        kept = 0;
    } else {
        kept += fade_out(player);
    }
    player->drop_s = clock_seconds() + (double)kept / player->sound->rate;
}

void player_pause(struct player *player, bool is_paused)
{
    pthread_mutex_lock(&player->mutex);
    if (is_paused && !player->is_paused && !player->is_hushed)
        stop_softly(player);
    player->is_paused = is_paused;
    pthread_mutex_unlock(&player->mutex);
}

void player_hush(struct player *player)
{
    pthread_mutex_lock(&player->mutex);
    if (!player->is_paused && !player->is_hushed)
        stop_softly(player);
    if (player->sound != NULL)
        ring_move(&player->ring, (ptrdiff_t)ring_waiting(&player->ring));
    player->is_hushed = true;
    pthread_mutex_unlock(&player->mutex);
}

void player_set_volume(struct player *player, int percent)
{
    pthread_mutex_lock(&player->mutex);
    player->wanted = gain_of(percent);
    if (player->sound != NULL && !player->sound->is_file && player->drop_s <= 0.0)
        (void)take_back(player); /* what the card has already is to be as loud as the rest */
    pump(player);
    pthread_mutex_unlock(&player->mutex);
}

int player_level_ms(struct player *player)
{
    int level_ms = INT_MAX;

    pthread_mutex_lock(&player->mutex);
    if (player->sound != NULL && !player->sound->is_file && !player->is_hushed)
        level_ms = (int)(1000 * (ring_waiting(&player->ring) + player->delay) /
                         player->sound->rate);
    pthread_mutex_unlock(&player->mutex);
    return level_ms;
}

bool player_is_busy(struct player *player)
{
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->sound != NULL &&
         (ring_waiting(&player->ring) > 0 || player->delay > 0 || player->drop_s > 0.0);
    if (!is)
        watchdog_idle(player->watchdog, WATCHDOG_SPEAKING);
    pthread_mutex_unlock(&player->mutex);
    return is;
}

bool player_is_on(struct player *player)
{
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->sound != NULL && !player->is_hushed;
    pthread_mutex_unlock(&player->mutex);
    return is;
}

bool player_is_lost(struct player *player)
{
    bool is;

    pthread_mutex_lock(&player->mutex);
    is = player->is_lost;
    pthread_mutex_unlock(&player->mutex);
    return is;
}

struct player_report player_end(struct player *player)
{
    struct player_report report;

    pthread_mutex_lock(&player->mutex);
    while (player->sound != NULL && !end_soft_stop(player)) {
        pthread_mutex_unlock(&player->mutex);
        nap();
        pthread_mutex_lock(&player->mutex);
    }
    report = player->report;
    forget_sound(player);
    pthread_mutex_unlock(&player->mutex);
    return report;
}
