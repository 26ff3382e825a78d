/* SPDX-License-Identifier: MIT */
#include "inputs/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define USUAL_COLUMNS 80
#define MOST_COLUMNS 10000

/* What ends the program at once. SIGALRM is the watchdog's (watchdog.h). */
static const int ENDS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGQUIT};

#define END_COUNT (sizeof(ENDS) / sizeof(ENDS[0]))

/* Global, as a signal handler can reach nothing else. Written before the handlers are there. */
static bool has_screen; /* what is typed is shown by us, and standard output is the terminal */
static struct termios before, ours;
static struct sigaction end_before[END_COUNT], stop_before, going_on_before;

static bool is_foreground(void) {
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* In the background of a shell, changing the terminal would stop the program. */
static bool set_modes(const struct termios *modes) {
    return is_foreground() && tcsetattr(STDIN_FILENO, TCSANOW, modes) == 0;
}

/*
 * What would have happened happens when this returns; the shell tells of it on a line of its own.
 */
static void leave_as_it_was(int number) {
    if (has_screen && write(STDOUT_FILENO, "\n", 1) != 1) {
        has_screen = false;
    }
    set_modes(&before);
    for (size_t i = 0; i < END_COUNT; i++) {
        if (ENDS[i] == number) {
            sigaction(number, &end_before[i], NULL);
        }
    }
    raise(number);
}

static void handle(int number, void (*handler)(int), struct sigaction *old) {
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, old);
}

static void stop(int number) {
    int old_errno = errno;
    sigset_t this;

    set_modes(&before);
    handle(number, SIG_DFL, NULL);
    raise(number);
    sigemptyset(&this);
    sigaddset(&this, number);
    /* Here it stops, until somebody has it go on; without a shell to do so, the system does not
     * stop it at all. */
    pthread_sigmask(SIG_UNBLOCK, &this, NULL);
    handle(number, stop, NULL);
    set_modes(&ours);
    errno = old_errno;
}

static void go_on(int number) {
    int old_errno = errno;

    (void)number;
    set_modes(&ours);
    errno = old_errno;
}

/* A shell that was ended by a signal leaves the terminal to a group of processes that are all gone:
 * Ctrl-C would reach nobody. */
static void take_orphaned_terminal(void) {
    pid_t owner = tcgetpgrp(STDIN_FILENO);
    sigset_t background, old;

    if (owner <= 1 || owner == getpgrp() || kill(-owner, 0) == 0 || errno != ESRCH) {
        return;
    }
    /* Who is in the background is stopped for this, unless it does not hear of it. */
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &background, &old);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* A serial line may be in any state at power-on: what is needed for typing and Ctrl-C is set. */
static void choose_modes(void) {
    ours = before;
    ours.c_iflag |= ICRNL;
    ours.c_iflag &= (tcflag_t) ~(INLCR | IGNCR | ISTRIP);
    ours.c_oflag |= OPOST | ONLCR;
    ours.c_lflag |= ICANON | ECHO | ECHOE | ISIG;
    /* Ctrl-C is not shown as ^C in the middle of a story. */
    ours.c_lflag &= (tcflag_t)~ECHOCTL;
    if (!has_screen) {
        return;
    }
    ours.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    ours.c_cc[VMIN] = 1;
    ours.c_cc[VTIME] = 0;
}

enum terminal_input terminal_take(void) {
    if (isatty(STDIN_FILENO) != 1) {
        return TERMINAL_NONE;
    }
    take_orphaned_terminal();
    if (!is_foreground() || tcgetattr(STDIN_FILENO, &before) != 0) {
        return TERMINAL_NONE;
    }
    has_screen = isatty(STDOUT_FILENO) == 1;
    choose_modes();
    for (size_t i = 0; i < END_COUNT; i++) {
        handle(ENDS[i], leave_as_it_was, &end_before[i]);
    }
    handle(SIGTSTP, stop, &stop_before);
    handle(SIGCONT, go_on, &going_on_before);
    set_modes(&ours);
    return has_screen ? TERMINAL_KEYS : TERMINAL_LINES;
}

void terminal_give_back(void) {
    sigaction(SIGCONT, &going_on_before, NULL);
    sigaction(SIGTSTP, &stop_before, NULL);
    set_modes(&before);
    for (size_t i = 0; i < END_COUNT; i++) {
        sigaction(ENDS[i], &end_before[i], NULL);
    }
}

int terminal_columns(void) {
    const char *told = getenv("COLUMNS");
    struct winsize size;
    long columns;

    if (isatty(STDOUT_FILENO) != 1) {
        return 0;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    columns = told != NULL ? strtol(told, NULL, 10) : 0;
    return columns > 0 && columns <= MOST_COLUMNS ? (int)columns : USUAL_COLUMNS;
}

bool terminal_can_dim(void) {
    const char *kind = getenv("TERM"), *no_colour = getenv("NO_COLOR");

    if (kind == NULL || kind[0] == '\0' || strcmp(kind, "dumb") == 0) {
        return false;
    }
    return (no_colour == NULL || no_colour[0] == '\0') && isatty(STDOUT_FILENO) == 1;
}
