/* SPDX-License-Identifier: MIT */
/* The person at the console: lines that are typed, and text that is shown. */
#ifndef STORYTELLER_CONSOLE_H
#define STORYTELLER_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Longest line that is read, with its end mark; the rest of a longer one is left out. */
#define CONSOLE_LINE_BYTES 160

struct console {
    bool is_open; /* more input may come */
    bool is_terminal;
    bool is_changed;    /* `before` must be restored */
    bool is_line_begun; /* the text shown last did not end its line */
    struct termios before;
    char input[256]; /* read, not used yet */
    size_t input_first;
    size_t input_count;
    char line[CONSOLE_LINE_BYTES];
    size_t line_length;
};

/* Begin to use standard input and output. A terminal is made to work line by line. */
void console_open(struct console *console);

/* Give the terminal back as it was. */
void console_close(struct console *console);

/* Wait at most timeout_ms for a whole line (0: just look). Returns whether one came; a signal ends
 * waiting early. Without input (at its end, or none at all) it only waits. */
bool console_read(struct console *console, int timeout_ms, char line[CONSOLE_LINE_BYTES]);

/* Show a part of a story, at once. Control characters are left out. */
void console_show(struct console *console, const char *text);

/* Show a line of its own, as printf. */
__attribute__((format(printf, 2, 3))) void console_say(struct console *console, const char *format,
                                                       ...);

#endif
