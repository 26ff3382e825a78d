/* SPDX-License-Identifier: MIT */
#include "sound/arrival.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

static void watch(const struct arrival *arrival) {
    /* The second folder comes with the first card; until then the first tells of it. */
    (void)inotify_add_watch(arrival->fd, "/dev", IN_CREATE);
    (void)inotify_add_watch(arrival->fd, "/dev/snd", IN_CREATE);
}

void arrival_open(struct arrival *arrival) {
    arrival->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch(arrival);
}

void arrival_wait(struct arrival *arrival, double seconds) {
    struct pollfd waiting = {.fd = arrival->fd, .events = POLLIN};
    char events[4096];
    int milliseconds = seconds > 0.0 ? (int)(seconds * 1000.0) : 0; /* less than 0 is for ever */

    if (poll(&waiting, 1, milliseconds) <= 0) {
        return;
    }
    while (read(arrival->fd, events, sizeof(events)) > 0) {
        continue;
    }
    watch(arrival);
}

void arrival_close(struct arrival *arrival) {
    if (arrival->fd >= 0) {
        close(arrival->fd);
    }
    arrival->fd = -1;
}
