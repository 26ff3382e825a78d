/* SPDX-License-Identifier: MIT */
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Input without any end of line must not keep the story from being told. */
#define MOST_PARTS 64

/* A shell that was ended by a signal leaves the terminal to a group of processes that are all gone:
 * Ctrl-C would reach nobody. */
static void take_orphaned_terminal(void)
{
    pid_t owner = tcgetpgrp(STDIN_FILENO);
    sigset_t background, before;

    if (owner <= 1 || owner == getpgrp() || kill(-owner, 0) == 0 || errno != ESRCH)
        return;
    /* Who is in the background is stopped for this, unless it does not hear of it. */
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &background, &before);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A serial line may be in any state at power-on: what is needed for lines and Ctrl-C is set. */
static void prepare_terminal(struct console *console)
{
    struct termios wanted;

    /* In the background of a shell, changing the terminal would stop the program. */
    if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &console->before) != 0)
        return;
    wanted = console->before;
    wanted.c_iflag |= ICRNL;
    wanted.c_oflag |= OPOST | ONLCR;
    wanted.c_lflag |= ICANON | ECHO | ECHOE | ISIG;
    /* Ctrl-C is not shown as ^C in the middle of a story. */
    wanted.c_lflag &= (tcflag_t)~ECHOCTL;
    console->is_changed = tcsetattr(STDIN_FILENO, TCSANOW, &wanted) == 0;
}

void console_open(struct console *console)
{
    memset(console, 0, sizeof(*console));
    console->is_open = true;
    console->is_terminal = isatty(STDIN_FILENO) == 1;
    if (!console->is_terminal)
        return;
    take_orphaned_terminal();
    prepare_terminal(console);
}

void console_close(struct console *console)
{
    if (console->is_changed)
        tcsetattr(STDIN_FILENO, TCSANOW, &console->before);
    console->is_changed = false;
}

/* Take what was read up to the end of a line. Returns whether the end was there. */
static bool take_line(struct console *console, char line[CONSOLE_LINE_BYTES])
{
    while (console->input_count > 0) {
        char c = console->input[console->input_first++];

        console->input_count--;
        if (c == '\n') {
            memcpy(line, console->line, console->line_length);
            line[console->line_length] = '\0';
            console->line_length = 0;
            return true;
        }
        if (console->line_length + 1 < CONSOLE_LINE_BYTES)
            console->line[console->line_length++] = c;
    }
    return false;
}

static void read_more(struct console *console)
{
    ssize_t got = read(STDIN_FILENO, console->input, sizeof(console->input));

    console->input_first = 0;
    console->input_count = got > 0 ? (size_t)got : 0;
    /* At the end of input, asking again would only turn in circles. */
    if (got <= 0)
        console->is_open = false;
}

bool console_read(struct console *console, int timeout_ms, char line[CONSOLE_LINE_BYTES])
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    /* What is there is read until a line is complete: long ones come in parts. */
    for (int parts = 0; !take_line(console, line); parts++) {
        if (parts == MOST_PARTS || poll(&input, console->is_open ? 1 : 0, timeout_ms) <= 0)
            return false;
        read_more(console);
        timeout_ms = 0;
    }
    /* The terminal has shown the typed line and its end. */
    console->is_line_begun = console->is_line_begun && !console->is_terminal;
    return true;
}

void console_show(struct console *console, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c < ' ' && c != '\n') || c == 127)
            continue;
        putchar(c);
        console->is_line_begun = c != '\n';
    }
    fflush(stdout);
}

void console_say(struct console *console, const char *format, ...)
{
    va_list values;

    if (console->is_line_begun)
        putchar('\n');
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
    putchar('\n');
    fflush(stdout);
    console->is_line_begun = false;
}
