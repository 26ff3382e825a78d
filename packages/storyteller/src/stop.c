/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* Global, as terminal.c's are: a signal handler can reach nothing else. */
static atomic_bool stop_wanted;

static void leave(int signal) {
    (void)signal;
    _exit(0);
}

static void note(int signal) {
    (void)signal;
    atomic_store(&stop_wanted, true);
}

static void handle_with(void (*handler)(int)) {
    struct sigaction action;

    /* No SA_RESTART: a signal ends waiting for input. */
    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void stop_leave_at_once(void) {
    handle_with(leave);
}

void stop_note(void) {
    handle_with(note);
}

bool stop_is_wanted(void) {
    return atomic_load(&stop_wanted);
}
