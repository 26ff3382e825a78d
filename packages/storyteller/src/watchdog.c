/* SPDX-License-Identifier: MIT */
#include "watchdog.h"

#include <clock.h>
#include <fcntl.h>
#include <ioctls.h>
#include <linux/watchdog.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE "/dev/watchdog"
/* A thread that is silent for so long hangs. The slowest step is reading a prompt: some seconds. */
#define SILENCE_S 10.0
/* Not fed for so long, the program is ended by SIGALRM, and its starter starts it anew ... */
#define PROGRAM_S 20
/* ... which needs longer than this only when the kernel itself hangs: the board starts anew. */
#define BOARD_S 60
#define FEED_EACH_S 2.0

struct watchdog {
    int fd; /* negative without a device */
    /* clock_seconds() in ms of the last progress; IDLE while there is nothing to do */
    atomic_llong last_ms[WATCHDOG_THREADS];
    atomic_llong fed_ms;
};

#define IDLE (-1)

static long long now_ms(void) {
    return (long long)(clock_seconds() * 1000.0);
}

static void feed(struct watchdog *watchdog) {
    alarm(PROGRAM_S);
    if (watchdog->fd >= 0) {
        ioctl(watchdog->fd, IOCTL_CODE(WDIOC_KEEPALIVE), 0);
    }
}

struct watchdog *watchdog_open(void) {
    struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
    int timeout_s = BOARD_S;

    if (watchdog == NULL) {
        return NULL;
    }
    for (int i = 0; i < WATCHDOG_THREADS; i++) {
        atomic_init(&watchdog->last_ms[i], IDLE);
    }
    atomic_init(&watchdog->fed_ms, now_ms());
    watchdog->fd = open(DEVICE, O_WRONLY | O_CLOEXEC);
    /* Hardware that cannot count so far takes what it can. */
    if (watchdog->fd >= 0) {
        ioctl(watchdog->fd, IOCTL_CODE(WDIOC_SETTIMEOUT), &timeout_s);
    }
    feed(watchdog);
    return watchdog;
}

void watchdog_close(struct watchdog *watchdog) {
    if (watchdog == NULL) {
        return;
    }
    alarm(0);
    if (watchdog->fd >= 0) {
        /* The kernel takes this character, then closing, as the request to stop. */
        if (write(watchdog->fd, "V", 1) != 1) {
            ioctl(watchdog->fd, IOCTL_CODE(WDIOC_KEEPALIVE), 0);
        }
        close(watchdog->fd);
    }
    free(watchdog);
}

static bool is_alive(struct watchdog *watchdog, long long now) {
    for (int i = 0; i < WATCHDOG_THREADS; i++) {
        long long last = atomic_load(&watchdog->last_ms[i]);

        if (last != IDLE && (double)(now - last) > SILENCE_S * 1000.0) {
            return false;
        }
    }
    return true;
}

void watchdog_progress(struct watchdog *watchdog, enum watchdog_thread thread) {
    long long now, fed;

    if (watchdog == NULL) {
        return;
    }
    now = now_ms();
    fed = atomic_load(&watchdog->fed_ms);
    atomic_store(&watchdog->last_ms[thread], now);
    if ((double)(now - fed) < FEED_EACH_S * 1000.0 || !is_alive(watchdog, now)) {
        return;
    }
    /* Of two threads that come at once, one feeds. */
    if (atomic_compare_exchange_strong(&watchdog->fed_ms, &fed, now)) {
        feed(watchdog);
    }
}

void watchdog_idle(struct watchdog *watchdog, enum watchdog_thread thread) {
    if (watchdog != NULL) {
        atomic_store(&watchdog->last_ms[thread], IDLE);
    }
}
