/* SPDX-License-Identifier: MIT */
#include "core.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define MOST_THREADS 8
#define NEVER INT64_MAX
#define SECOND_NS 1000000000LL
/* As Linux's fair scheduler on one core: who runs is looked at so often, and who wakes is so far
 * ahead of the others that it comes first. */
#define SLICE_NS 3000000LL
#define AHEAD_NS 3000000LL
#define WEIGHT 1024
/* A level of niceness is a factor of 1.25. */
#define NICER 1.25
/* $CORE_LOG has a line for each: what the threads needed of it, in milliseconds, oldest first. */
#define WINDOW_NS SECOND_NS

enum state { READY, WAITING, ENDED };

struct thread {
    pthread_t id;
    pthread_cond_t turn;
    enum state state;
    const void *wanted; /* what it waits for, or NULL: only for its time */
    int64_t wake_ns;
    bool is_woken;   /* before its time came */
    int64_t used_ns; /* of the core */
    int64_t fair_ns; /* the same, by its weight: who has least comes next */
    double weight;
    int64_t window_ns; /* used in this window */
    void *(*run)(void *user);
    void *user;
};

static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static struct thread threads[MOST_THREADS] = {
    {.turn = PTHREAD_COND_INITIALIZER, .wake_ns = NEVER, .weight = WEIGHT}};
static int thread_count = 1; /* the first is that of main() */
static struct thread *current = threads;
static _Thread_local struct thread *self = threads;
static int64_t now_ns = SECOND_NS; /* 0 would be "not yet" to some */
static int64_t window_end_ns = SECOND_NS + WINDOW_NS;

int __real_pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *user);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __real_pthread_join(pthread_t id, void **result);
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __real_poll(struct pollfd *polled, nfds_t count, int timeout_ms);

static void end_window(void) {
    static FILE *log;

    if (log == NULL) {
        const char *path = getenv("CORE_LOG");

        log = fopen(path != NULL ? path : "/dev/null", "w");
    }
    for (int i = 0; i < thread_count; i++) {
        fprintf(log, "%.1f ", (double)threads[i].window_ns * 1e-6);
        threads[i].window_ns = 0;
    }
    fprintf(log, "\n");
    fflush(log);
    window_end_ns += WINDOW_NS;
}

static int64_t least_fair_ns(void) {
    int64_t least = NEVER;

    for (int i = 0; i < thread_count; i++) {
        if (threads[i].state == READY && threads[i].fair_ns < least) {
            least = threads[i].fair_ns;
        }
    }
    return least;
}

static void wake(struct thread *thread) {
    int64_t least_ns = least_fair_ns();

    if (least_ns != NEVER && thread->fair_ns < least_ns - AHEAD_NS) {
        thread->fair_ns = least_ns - AHEAD_NS;
    }
    thread->state = READY;
    thread->wanted = NULL;
    thread->wake_ns = NEVER;
}

static int64_t next_event_ns(void) {
    int64_t next = NEVER;

    for (int i = 0; i < thread_count; i++) {
        if (threads[i].state == WAITING && threads[i].wake_ns < next) {
            next = threads[i].wake_ns;
        }
    }
    return next;
}

/* Let time pass up to a moment before which nothing happens. */
static void pass(int64_t end_ns) {
    while (window_end_ns <= end_ns) {
        now_ns = window_end_ns;
        end_window();
    }
    now_ns = end_ns;
    for (int i = 0; i < thread_count; i++) {
        if (threads[i].state == WAITING && threads[i].wake_ns <= now_ns) {
            wake(&threads[i]);
        }
    }
}

static struct thread *fairest(void) {
    int64_t least_ns = least_fair_ns();

    for (int i = 0; i < thread_count; i++) {
        if (threads[i].state == READY && threads[i].fair_ns == least_ns) {
            return &threads[i];
        }
    }
    return NULL;
}

/* The thread that is to run now; where all wait, the core is idle until one need no longer. */
static struct thread *choose(void) {
    struct thread *next;

    while ((next = fairest()) == NULL) {
        int64_t event_ns = next_event_ns();

        if (event_ns == NEVER) {
            fprintf(stderr, "core: all threads wait, and none for the clock\n");
            abort();
        }
        pass(event_ns);
    }
    return next;
}

/* Called with the baton: hand it to `next`, and wait for it to come back. */
static void hand_to(struct thread *next) {
    if (next == self) {
        return;
    }
    current = next;
    __real_pthread_cond_signal(&next->turn);
    while (current != self) {
        __real_pthread_cond_wait(&self->turn, &baton);
    }
}

/* Returns whether something other than the time ended it. */
static bool wait_for(const void *wanted, int64_t wake_ns) {
    bool is_woken;

    pthread_mutex_lock(&baton);
    self->state = WAITING;
    self->wanted = wanted;
    self->wake_ns = wake_ns;
    self->is_woken = false;
    hand_to(choose());
    is_woken = self->is_woken;
    pthread_mutex_unlock(&baton);
    return is_woken;
}

/* Called with the baton. */
static void wake_those_who_want(const void *wanted) {
    for (int i = 0; i < thread_count; i++) {
        if (threads[i].state == WAITING && threads[i].wanted == wanted) {
            threads[i].is_woken = true;
            wake(&threads[i]);
        }
    }
}

/* Called with the baton: at most a slice of `left_ns`, up to the next event. Returns how much. */
static int64_t use(int64_t left_ns) {
    int64_t event_ns = next_event_ns(), end_ns = now_ns + SLICE_NS, used_ns;

    end_ns = event_ns < end_ns ? event_ns : end_ns;
    end_ns = window_end_ns < end_ns ? window_end_ns : end_ns;
    end_ns = now_ns + left_ns < end_ns ? now_ns + left_ns : end_ns;
    used_ns = end_ns - now_ns;
    self->used_ns += used_ns;
    self->window_ns += used_ns;
    self->fair_ns += (int64_t)((double)used_ns * WEIGHT / self->weight);
    pass(end_ns);
    return used_ns;
}

void core_spend(double seconds) {
    int64_t left_ns = (int64_t)(seconds * (double)SECOND_NS);

    pthread_mutex_lock(&baton);
    while (left_ns > 0) {
        hand_to(choose());
        left_ns -= use(left_ns);
    }
    pthread_mutex_unlock(&baton);
}

static struct timespec timespec_of(int64_t ns) {
    return (struct timespec){.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};
}

static int64_t ns_of(const struct timespec *time) {
    return (int64_t)time->tv_sec * SECOND_NS + time->tv_nsec;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
    if (clock != CLOCK_MONOTONIC && clock != CLOCK_THREAD_CPUTIME_ID) {
        return __real_clock_gettime(clock, time);
    }
    *time = timespec_of(clock == CLOCK_MONOTONIC ? now_ns : self->used_ns);
    return 0;
}

int __wrap_nanosleep(const struct timespec *asked, struct timespec *left) {
    (void)left;
    (void)wait_for(NULL, now_ns + ns_of(asked));
    return 0;
}

/* Nothing comes from outside. */
int __wrap_poll(struct pollfd *polled, nfds_t count, int timeout_ms) {
    if (timeout_ms > 0) {
        (void)wait_for(NULL, now_ns + timeout_ms * (SECOND_NS / 1000));
    }
    return __real_poll(polled, count, 0);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex) {
    pthread_mutex_unlock(mutex);
    (void)wait_for(cond, NEVER);
    return pthread_mutex_lock(mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                  const struct timespec *end) {
    bool is_woken;

    pthread_mutex_unlock(mutex);
    is_woken = wait_for(cond, ns_of(end) > now_ns ? ns_of(end) : now_ns);
    pthread_mutex_lock(mutex);
    return is_woken ? 0 : ETIMEDOUT;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *cond) {
    pthread_mutex_lock(&baton);
    wake_those_who_want(cond);
    pthread_mutex_unlock(&baton);
    return 0;
}

/* Each waiter looks again whether it has what it wants. */
int __wrap_pthread_cond_signal(pthread_cond_t *cond) {
    return __wrap_pthread_cond_broadcast(cond);
}

static void *begin(void *user) {
    void *result;

    self = user;
    pthread_mutex_lock(&baton);
    while (current != self) {
        __real_pthread_cond_wait(&self->turn, &baton);
    }
    pthread_mutex_unlock(&baton);
    result = self->run(self->user);
    pthread_mutex_lock(&baton);
    self->state = ENDED;
    wake_those_who_want(self);
    current = choose();
    __real_pthread_cond_signal(&current->turn);
    pthread_mutex_unlock(&baton);
    return result;
}

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *user) {
    struct thread *thread = &threads[thread_count];
    int status = EAGAIN;

    pthread_mutex_lock(&baton);
    if (thread_count < MOST_THREADS) {
        *thread = (struct thread){
            .fair_ns = self->fair_ns, .wake_ns = NEVER, .weight = WEIGHT, .run = run, .user = user};
        pthread_cond_init(&thread->turn, NULL);
        status = __real_pthread_create(id, attributes, begin, thread);
        thread->id = status == 0 ? *id : 0;
        thread_count += status == 0 ? 1 : 0;
    }
    pthread_mutex_unlock(&baton);
    return status;
}

int __wrap_pthread_join(pthread_t id, void **result) {
    for (int i = 1; i < thread_count; i++) {
        while (threads[i].id == id && threads[i].state != ENDED) {
            (void)wait_for(&threads[i], NEVER);
        }
    }
    return __real_pthread_join(id, result);
}

int __wrap_setpriority(int which, unsigned who, int nice) {
    (void)which, (void)who;
    self->weight = WEIGHT;
    for (int level = 0; level > nice; level--) {
        self->weight *= NICER;
    }
    return 0;
}
