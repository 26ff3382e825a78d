/* SPDX-License-Identifier: MIT */
/* The person at the console: lines that are typed, and text that is shown.
 *
 * On a terminal, what is typed has a line of its own: it ends the story's line, and what is to be
 * shown meanwhile waits until Enter, or until nobody has typed for a while. */
#ifndef STORYTELLER_CONSOLE_H
#define STORYTELLER_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "inputs/flow.h"
#include "inputs/terminal.h"
#include "inputs/typing.h"
#include "text/sentence.h"

/* Longest line that is read, with its end mark; the rest of a longer one is left out. */
#define CONSOLE_LINE_BYTES TYPING_LINE_BYTES

struct console {
    bool is_open; /* more input may come */
    enum terminal_input kind;
    char input[256]; /* read, not used yet */
    size_t input_first;
    size_t input_count;
    struct typing typing;
    double typed_s; /* clock_seconds() of the latest key */
    struct flow flow;
    char held[4096]; /* to be shown when nobody types */
    size_t held_length;
    struct sentences told; /* of the story, as far as it was shown */
    char notes[1024];      /* to be shown when its sentence has ended */
    size_t notes_length;
};

/* Begin to use standard input and output. has_colour: what is no story has a colour of its own,
 * where the terminal can. */
void console_open(struct console *console, bool has_colour);

/* Show all, and give the terminal back as it was. */
void console_close(struct console *console);

/* Wait at most timeout_ms for a whole line (0: just look). Returns whether one came; a signal ends
 * waiting early. Without input (at its end, or none at all) it only waits. */
bool console_read(struct console *console, int timeout_ms, char line[CONSOLE_LINE_BYTES]);

/* Show a part of a story, at once. Control characters are left out. */
void console_show(struct console *console, const char *text);

/* Show a line of its own, as printf: the story has ended, or not begun. FLOW_DIM and the other
 * marks of flow.h may stand in it. */
__attribute__((format(printf, 2, 3))) void console_say(struct console *console, const char *format,
                                                       ...);

/* The same, but not within a sentence of a story: behind that, or before what is said next. */
__attribute__((format(printf, 2, 3))) void console_note(struct console *console, const char *format,
                                                        ...);

/* The same in answer to a typed line: right below it, before what was held back meanwhile. */
__attribute__((format(printf, 2, 3))) void console_answer(struct console *console,
                                                          const char *format, ...);

#endif
