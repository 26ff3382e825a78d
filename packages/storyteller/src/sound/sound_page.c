/* SPDX-License-Identifier: MIT */
/* Sound that browsers play (docs/story-page.md): a card whose clock is our own, so that a story
 * takes its time however many listen, and however badly. A thread plays it, as a card's DMA would.
 */
#include <clock.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "remote/listeners.h"
#include "sound/sound.h"
#include "thread.h"

#define BUFFER_MS 500u
/* How often listeners get something; they are that much ahead of the clock. */
#define STEP_MS 20u

struct page {
    struct sound sound;
    struct listeners *listeners;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int16_t *ring;    /* of sound.buffer samples */
    uint64_t written; /* samples, since the clock was set */
    uint64_t sent;    /* to the listeners */
    double begun_s;   /* clock_seconds() when the clock was set */
    bool is_running;  /* the clock is */
    bool is_closing;
};

static uint64_t samples_in(const struct page *page, double seconds) {
    return seconds > 0.0 ? (uint64_t)(seconds * page->sound.rate) : 0;
}

/* How many samples are due `ahead_s` from now. */
static uint64_t due(const struct page *page, double ahead_s) {
    uint64_t count = samples_in(page, clock_seconds() + ahead_s - page->begun_s);

    return count < page->written ? count : page->written;
}

static void send_until(struct page *page, uint64_t end) {
    while (page->sent < end) {
        size_t at = (size_t)(page->sent % page->sound.buffer), count = (size_t)(end - page->sent);

        count = count < page->sound.buffer - at ? count : page->sound.buffer - at;
        listeners_send(page->listeners, page->ring + at, count);
        page->sent += count;
    }
}

static void stop_clock(struct page *page) {
    page->is_running = false;
    page->written = page->sent = 0;
}

/* Whether all that there was is over; the clock stops then. */
static bool ran_dry(struct page *page) {
    if (!page->is_running || due(page, 0.0) < page->written) {
        return false;
    }
    send_until(page, page->written);
    stop_clock(page);
    return true;
}

static void *run(void *user) {
    struct page *page = user;

    pthread_mutex_lock(&page->mutex);
    while (!page->is_closing) {
        if (page->sent == page->written) {
            pthread_cond_wait(&page->changed, &page->mutex);
            continue;
        }
        send_until(page, due(page, STEP_MS * 1e-3));
        pthread_mutex_unlock(&page->mutex);
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
        pthread_mutex_lock(&page->mutex);
    }
    pthread_mutex_unlock(&page->mutex);
    return NULL;
}

/* Take what fits beside the samples that are not heard or not sent yet. The mutex is held. */
static long take(struct page *page, const int16_t *samples, size_t count) {
    uint64_t heard = due(page, 0.0), kept = heard < page->sent ? heard : page->sent;
    size_t room = page->sound.buffer - (size_t)(page->written - kept);

    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++) {
        page->ring[page->written++ % page->sound.buffer] = samples[i];
    }
    return (long)count;
}

static long page_write(struct sound *sound, const int16_t *samples, size_t count) {
    struct page *page = (struct page *)sound;
    long taken = SOUND_RAN_DRY;

    pthread_mutex_lock(&page->mutex);
    if (!ran_dry(page)) {
        if (!page->is_running) {
            page->begun_s = clock_seconds();
            page->is_running = true;
        }
        taken = take(page, samples, count);
        pthread_cond_signal(&page->changed);
    }
    pthread_mutex_unlock(&page->mutex);
    return taken;
}

static long page_delay(struct sound *sound) {
    struct page *page = (struct page *)sound;
    long delay = SOUND_RAN_DRY;

    pthread_mutex_lock(&page->mutex);
    if (!ran_dry(page)) {
        delay = page->is_running ? (long)(page->written - due(page, 0.0)) : 0;
    }
    pthread_mutex_unlock(&page->mutex);
    return delay;
}

static size_t page_rewind(struct sound *sound, size_t count) {
    struct page *page = (struct page *)sound;
    uint64_t heard, kept, back;

    pthread_mutex_lock(&page->mutex);
    heard = page->is_running ? due(page, 0.0) : 0;
    kept = heard > page->sent ? heard : page->sent;
    back = page->written - kept < count ? page->written - kept : count;
    page->written -= back;
    pthread_mutex_unlock(&page->mutex);
    return (size_t)back;
}

static void page_finish(struct sound *sound) {
    (void)sound;
}

/* What is over was heard, even if the thread is late. */
static void page_drop(struct sound *sound) {
    struct page *page = (struct page *)sound;

    pthread_mutex_lock(&page->mutex);
    if (page->is_running) {
        send_until(page, due(page, 0.0));
    }
    stop_clock(page);
    pthread_mutex_unlock(&page->mutex);
}

static void forget(struct page *page) {
    pthread_cond_destroy(&page->changed);
    pthread_mutex_destroy(&page->mutex);
    free(page->ring);
    free(page);
}

static void page_close(struct sound *sound) {
    struct page *page = (struct page *)sound;

    pthread_mutex_lock(&page->mutex);
    page->is_closing = true;
    pthread_cond_signal(&page->changed);
    pthread_mutex_unlock(&page->mutex);
    pthread_join(page->thread, NULL);
    forget(page);
}

struct sound *sound_open_page(struct listeners *listeners) {
    struct page *page = calloc(1, sizeof(*page));
    unsigned rate = listeners->rate;

    if (page == NULL) {
        return NULL;
    }
    page->sound = (struct sound){rate,        (size_t)rate * BUFFER_MS / 1000,
                                 false,       page_write,
                                 page_delay,  page_rewind,
                                 page_finish, page_drop,
                                 page_close};
    page->listeners = listeners;
    page->ring = calloc(page->sound.buffer, sizeof(*page->ring));
    pthread_mutex_init(&page->mutex, NULL);
    pthread_cond_init(&page->changed, NULL);
    if (page->ring == NULL || !thread_start(&page->thread, run, page)) {
        forget(page);
        return NULL;
    }
    return &page->sound;
}
