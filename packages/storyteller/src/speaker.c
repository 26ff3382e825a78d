/* SPDX-License-Identifier: MIT */
#include "speaker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "clock.h"
#include "queue.h"
#include "stop.h"

#define PART_SAMPLES 512
#define NICE -5

const char SPEAKER_LAST[] = "";

struct speaker {
    pthread_t thread;
    struct queue queue;
    struct speech *speech;
    atomic_int volume;
    atomic_bool is_hushed;
    atomic_bool is_lost;
    atomic_bool is_paused;
    atomic_int speed; /* percent, for the next sentence */
    /* The rest belongs to the thread while the queue is not idle, else to the caller. */
    struct sound *sound;
    unsigned long samples;
    double first_s;
};

static bool must_stop(const struct speaker *speaker)
{
    return stop_is_wanted() || atomic_load(&speaker->is_hushed) || atomic_load(&speaker->is_lost);
}

static bool write_part(struct speaker *speaker, const int16_t *samples, size_t count)
{
    while (count > 0) {
        long taken;

        while (atomic_load(&speaker->is_paused) && !must_stop(speaker))
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        if (must_stop(speaker))
            return false;
        taken = speaker->sound->write(speaker->sound, samples, count);
        if (taken < 0) {
            atomic_store(&speaker->is_lost, true);
            return false;
        }
        samples += taken;
        count -= (size_t)taken;
        speaker->samples += (unsigned long)taken;
        if (taken > 0 && speaker->first_s <= 0.0)
            speaker->first_s = clock_seconds();
    }
    return true;
}

static bool play(void *user, const int16_t *samples, size_t count)
{
    struct speaker *speaker = user;
    int16_t part[PART_SAMPLES];

    while (count > 0) {
        size_t length = count < PART_SAMPLES ? count : PART_SAMPLES;

        for (size_t i = 0; i < length; i++)
            part[i] = (int16_t)(samples[i] * atomic_load(&speaker->volume) / 100);
        if (!write_part(speaker, part, length))
            return false;
        samples += length;
        count -= length;
    }
    return true;
}

static void play_rest(struct speaker *speaker)
{
    struct timespec nap = {.tv_nsec = 10000000};

    if (must_stop(speaker))
        return;
    speaker->sound->finish(speaker->sound);
    while (!must_stop(speaker) && !speaker->sound->is_played(speaker->sound))
        nanosleep(&nap, NULL);
}

static void *run(void *user)
{
    struct speaker *speaker = user;
    char sentence[SENTENCE_BYTES];

    /* Speech comes first: a gap in it is heard, a token that comes later is not. Linux takes
     * this for the calling thread only. Without the right to it, all works as well. */
    setpriority(PRIO_PROCESS, 0, NICE);
    while (queue_take(&speaker->queue, sentence)) {
        if (strcmp(sentence, SPEAKER_LAST) == 0)
            play_rest(speaker);
        else if (!must_stop(speaker))
            speech_say(speaker->speech, sentence, play, speaker);
        if (must_stop(speaker) && !atomic_load(&speaker->is_lost))
            speaker->sound->drop(speaker->sound);
        queue_done(&speaker->queue);
    }
    return NULL;
}

/* Signals go to the other thread, where they end waiting for input. */
static bool start_thread(struct speaker *speaker)
{
    sigset_t all, before;
    bool ok;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ok = pthread_create(&speaker->thread, NULL, run, speaker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

struct speaker *speaker_open(struct speech *speech, int volume)
{
    struct speaker *speaker = calloc(1, sizeof(*speaker));

    if (speaker == NULL)
        return NULL;
    speaker->speech = speech;
    atomic_init(&speaker->volume, volume);
    if (!queue_init(&speaker->queue)) {
        free(speaker);
        return NULL;
    }
    if (!start_thread(speaker)) {
        queue_destroy(&speaker->queue);
        free(speaker);
        return NULL;
    }
    return speaker;
}

void speaker_close(struct speaker *speaker)
{
    if (speaker == NULL)
        return;
    queue_close(&speaker->queue);
    pthread_join(speaker->thread, NULL);
    queue_destroy(&speaker->queue);
    free(speaker);
}

void speaker_begin(struct speaker *speaker, struct sound *sound)
{
    speaker->sound = sound;
    speaker->samples = 0;
    speaker->first_s = 0.0;
    atomic_store(&speaker->is_hushed, false);
    atomic_store(&speaker->is_lost, false);
}

bool speaker_say(struct speaker *speaker, const char *sentence, int timeout_ms)
{
    return queue_push(&speaker->queue, sentence, timeout_ms);
}

bool speaker_is_quiet(struct speaker *speaker, int timeout_ms)
{
    return queue_wait(&speaker->queue, timeout_ms);
}

void speaker_hush(struct speaker *speaker)
{
    atomic_store(&speaker->is_hushed, true);
    queue_clear(&speaker->queue);
}

bool speaker_is_lost(const struct speaker *speaker)
{
    return atomic_load(&speaker->is_lost);
}

void speaker_pause(struct speaker *speaker, bool is_paused)
{
    atomic_store(&speaker->is_paused, is_paused);
}

void speaker_set_volume(struct speaker *speaker, int percent)
{
    atomic_store(&speaker->volume, percent);
}

void speaker_set_speed(struct speaker *speaker, int percent)
{
    atomic_store(&speaker->speed, percent);
}

bool speaker_play_clip(struct speaker *speaker, const char *name)
{
    (void)speaker, (void)name;
    return false; /* there are none yet */
}

bool speaker_await_room(struct speaker *speaker, int timeout_ms)
{
    (void)speaker, (void)timeout_ms;
    return true;
}

struct speaker_report speaker_end(struct speaker *speaker)
{
    struct speaker_report report = {
        .speech_s = (double)speaker->samples / (double)speech_rate(speaker->speech),
        .first_s = speaker->first_s,
        .lowest_ms = -1.0,
        .is_lost = atomic_load(&speaker->is_lost),
    };

    speaker->sound = NULL;
    return report;
}
