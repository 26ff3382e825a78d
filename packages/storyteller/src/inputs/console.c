/* SPDX-License-Identifier: MIT */
#include "inputs/console.h"

#include <clock.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Input without any end of line must not keep the story from being told. */
#define MOST_PARTS 64
/* Somebody who looks for a letter is slow; somebody who went away must not hold back the story. */
#define HOLD_S 10.0
/* The longest line that is said: one of JSON. */
#define SAID_BYTES 2304

static const char FRESH[] = {FLOW_FRESH, '\0'};
/* Around what is said. */
static const char BEFORE[] = {FLOW_FRESH, FLOW_ASIDE, '\0'};
static const char AFTER[] = {FLOW_PLAIN, '\n', '\0'};

/* Where the story's sentences end is all that is asked. */
static void ignore(void *user, const char *sentence) {
    (void)user, (void)sentence;
}

void console_open(struct console *console, bool has_colour) {
    memset(console, 0, sizeof(*console));
    sentences_begin(&console->told, ignore, NULL);
    console->is_open = true;
    console->flow.can_dim = terminal_can_dim();
    console->flow.has_colour = console->typing.is_bold = has_colour && console->flow.can_dim;
    console->kind = terminal_take();
}

static void show_held(struct console *console) {
    console->held[console->held_length] = '\0';
    console->held_length = 0;
    flow_text(&console->flow, console->held, terminal_columns());
}

/* The story goes on below what is typed; the next key shows that again. */
static void release(struct console *console) {
    typing_leave(&console->typing);
    show_held(console);
}

/* Show a text, or hold it back while somebody types. */
static void show(struct console *console, const char *text) {
    size_t length = strlen(text), room = sizeof(console->held) - console->held_length - 1;

    if (console->typing.is_shown && length <= room) {
        memcpy(console->held + console->held_length, text, length);
        console->held_length += length;
        return;
    }
    release(console);
    flow_text(&console->flow, text, terminal_columns());
    fflush(stdout);
}

static void show_notes(struct console *console) {
    if (console->notes_length > 0) {
        console->notes_length = 0;
        show(console, console->notes);
    }
}

void console_close(struct console *console) {
    show_notes(console);
    release(console);
    flow_text(&console->flow, FRESH, terminal_columns());
    fflush(stdout);
    if (console->kind != TERMINAL_NONE) {
        terminal_give_back();
    }
    console->kind = TERMINAL_NONE;
}

/* A key: the first one of a line needs a line of the terminal. */
static bool take_key(struct console *console, char key) {
    struct typing *typing = &console->typing;
    int columns = terminal_columns();
    bool is_line = typing_key(typing, key, columns);

    console->typed_s = clock_seconds();
    if (!typing->is_shown && typing->length > 0) {
        flow_text(&console->flow, FRESH, columns);
        typing_show(typing, columns);
    }
    if (is_line) {
        typing_leave(typing);
    }
    return is_line;
}

/* The same where a terminal shows lines itself, or where there is none. */
static bool take_byte(struct console *console, char c) {
    struct typing *typing = &console->typing;

    if (c != '\n' && typing->length + 1 < sizeof(typing->line)) {
        typing->line[typing->length++] = c;
    }
    if (c == '\n' && console->kind == TERMINAL_LINES) {
        flow_reset(&console->flow);
    }
    return c == '\n';
}

/* Take what was read up to the end of a line. Returns whether the end was there. */
static bool take_line(struct console *console, char line[CONSOLE_LINE_BYTES]) {
    bool is_line = false;

    while (console->input_count > 0 && !is_line) {
        char c = console->input[console->input_first++];

        console->input_count--;
        is_line = console->kind == TERMINAL_KEYS ? take_key(console, c) : take_byte(console, c);
    }
    fflush(stdout);
    if (is_line) {
        typing_take(&console->typing, line);
    }
    return is_line;
}

static void read_more(struct console *console) {
    ssize_t got = read(STDIN_FILENO, console->input, sizeof(console->input));

    console->input_first = 0;
    console->input_count = got > 0 ? (size_t)got : 0;
    /* At the end of input, asking again would only turn in circles. */
    if (got <= 0) {
        console->is_open = false;
    }
}

/* What was held back is due: a line was typed, or will not be for now. */
static bool is_held_due(const struct console *console) {
    if (console->held_length == 0) {
        return false;
    }
    return !console->typing.is_shown || clock_seconds() - console->typed_s > HOLD_S;
}

bool console_read(struct console *console, int timeout_ms, char line[CONSOLE_LINE_BYTES]) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    if (is_held_due(console)) {
        release(console); /* take_line() flushes */
    }
    /* What is there is read until a line is complete: long ones come in parts. */
    for (int parts = 0; !take_line(console, line); parts++) {
        if (parts == MOST_PARTS || poll(&input, console->is_open ? 1 : 0, timeout_ms) <= 0) {
            return false;
        }
        read_more(console);
        timeout_ms = 0;
    }
    return true;
}

void console_show(struct console *console, const char *text) {
    char part[SAID_BYTES];
    size_t length = 0;

    sentences_feed(&console->told, text);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c < ' ' && c != '\n') || c == 127) {
            continue;
        }
        part[length++] = *text;
        part[length] = '\0';
        if (length + 1 == sizeof(part)) {
            show(console, part);
            length = 0;
        }
    }
    if (length > 0) {
        show(console, part);
    }
    if (!sentences_is_inside(&console->told)) {
        show_notes(console);
    }
}

/* Write a line of its own. */
static void write_line(char line[SAID_BYTES], const char *format, va_list values) {
    size_t length, room = SAID_BYTES - strlen(BEFORE) - strlen(AFTER);

    memcpy(line, BEFORE, sizeof(BEFORE));
    length = (size_t)vsnprintf(line + strlen(BEFORE), room, format, values);
    length = length < room ? length : room - 1;
    /* Sentences that were put together have a blank behind each. */
    while (length > 0 && line[strlen(BEFORE) + length - 1] == ' ') {
        length--;
    }
    memcpy(line + strlen(BEFORE) + length, AFTER, sizeof(AFTER));
}

void console_say(struct console *console, const char *format, ...) {
    char line[SAID_BYTES];
    va_list values;

    va_start(values, format);
    write_line(line, format, values);
    va_end(values);
    show_notes(console);
    sentences_begin(&console->told, ignore, NULL);
    show(console, line);
}

void console_note(struct console *console, const char *format, ...) {
    size_t room = sizeof(console->notes) - console->notes_length;
    char line[SAID_BYTES];
    va_list values;

    va_start(values, format);
    write_line(line, format, values);
    va_end(values);
    if (!sentences_is_inside(&console->told) || strlen(line) >= room) {
        show_notes(console);
        show(console, line);
        return;
    }
    memcpy(console->notes + console->notes_length, line, strlen(line) + 1);
    console->notes_length += strlen(line);
}

/* It releases no held text where nobody types. */
void console_answer(struct console *console, const char *format, ...) {
    char line[SAID_BYTES];
    va_list values;

    va_start(values, format);
    write_line(line, format, values);
    va_end(values);
    if (console->typing.is_shown) {
        show(console, line);
        return;
    }
    flow_text(&console->flow, line, terminal_columns());
    fflush(stdout);
}
