/* SPDX-License-Identifier: MIT */
#include "voice/queue.h"

#include <stdio.h>
#include <time.h>

/* A wall clock that is set while we wait must not lengthen the wait, hence the monotonic one. */
static bool init_cond(pthread_cond_t *cond) {
    pthread_condattr_t attr;
    bool ok;

    if (pthread_condattr_init(&attr) != 0) {
        return false;
    }
    ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(cond, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok;
}

bool queue_init(struct queue *queue) {
    queue->first = 0;
    queue->count = 0;
    queue->is_busy = false;
    queue->is_closed = false;
    if (pthread_mutex_init(&queue->mutex, NULL) != 0) {
        return false;
    }
    if (!init_cond(&queue->changed)) {
        pthread_mutex_destroy(&queue->mutex);
        return false;
    }
    return true;
}

void queue_destroy(struct queue *queue) {
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->mutex);
}

static struct timespec deadline(int timeout_ms) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += timeout_ms / 1000;
    time.tv_nsec += (timeout_ms % 1000) * 1000000L;
    if (time.tv_nsec >= 1000000000L) {
        time.tv_nsec -= 1000000000L;
        time.tv_sec += 1;
    }
    return time;
}

static bool has_room(const struct queue *queue) {
    return queue->count < QUEUE_SLOTS;
}

static bool is_idle(const struct queue *queue) {
    return queue->count == 0 && !queue->is_busy;
}

static bool is_worth_a_look(const struct queue *queue) {
    return queue->count > 0 || queue->is_closed;
}

/* Called with the mutex held; returns whether the condition holds. */
static bool wait_for(struct queue *queue, bool (*holds)(const struct queue *), int timeout_ms) {
    struct timespec end = deadline(timeout_ms);

    while (!holds(queue)) {
        if (pthread_cond_timedwait(&queue->changed, &queue->mutex, &end) != 0) {
            break;
        }
    }
    return holds(queue);
}

bool queue_push(struct queue *queue, const char *sentence, int timeout_ms) {
    bool has;

    pthread_mutex_lock(&queue->mutex);
    has = wait_for(queue, has_room, timeout_ms);
    if (has) {
        int slot = (queue->first + queue->count) % QUEUE_SLOTS;

        snprintf(queue->slots[slot], SENTENCE_BYTES, "%s", sentence);
        queue->count++;
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return has;
}

bool queue_take(struct queue *queue, char sentence[SENTENCE_BYTES], int timeout_ms) {
    bool has;

    pthread_mutex_lock(&queue->mutex);
    if (timeout_ms >= 0) {
        wait_for(queue, is_worth_a_look, timeout_ms);
    }
    while (timeout_ms < 0 && !is_worth_a_look(queue)) {
        pthread_cond_wait(&queue->changed, &queue->mutex);
    }
    has = queue->count > 0;
    if (has) {
        snprintf(sentence, SENTENCE_BYTES, "%s", queue->slots[queue->first]);
        queue->first = (queue->first + 1) % QUEUE_SLOTS;
        queue->count--;
        queue->is_busy = true;
        pthread_cond_broadcast(&queue->changed);
    }
    pthread_mutex_unlock(&queue->mutex);
    return has;
}

void queue_done(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    queue->is_busy = false;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

bool queue_wait(struct queue *queue, int timeout_ms) {
    bool idle;

    pthread_mutex_lock(&queue->mutex);
    idle = wait_for(queue, is_idle, timeout_ms);
    pthread_mutex_unlock(&queue->mutex);
    return idle;
}

void queue_clear(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    queue->count = 0;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

bool queue_is_closed(struct queue *queue) {
    bool is;

    pthread_mutex_lock(&queue->mutex);
    is = queue->is_closed && queue->count == 0;
    pthread_mutex_unlock(&queue->mutex);
    return is;
}

void queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}
