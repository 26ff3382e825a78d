/* SPDX-License-Identifier: MIT */
#include "inputs/inputs.h"

#include <assert.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inputs/buttons.h"
#include "inputs/listening.h"
#include "remote/remote.h"

/* On the card's first partition, else as the image was built. */
#define CARD_SETTINGS "/boot/buttons.conf"
#define SETTINGS "/etc/buttons.conf"
/* The console, the buttons, the recogniser's answer, the socket. */
#define MOST_POLLED (1 + BUTTONS + 1 + REMOTE_POLLED)

struct inputs {
    struct console *console;
    struct remote *remote;
    struct buttons buttons;
    struct listening listening;
};

/* Typed lines that are no story but a command. */
static const struct {
    const char *line;
    enum request_kind kind;
} COMMANDS[] = {
    {"", REQUEST_NEXT},           {"next", REQUEST_NEXT},      {"pause", REQUEST_PAUSE},
    {"again", REQUEST_AGAIN},     {"keep", REQUEST_FAVOURITE}, {"louder", REQUEST_LOUDER},
    {"quieter", REQUEST_QUIETER}, {"listen", REQUEST_LISTEN},
};

/* Typed lines of somebody who does not know them. */
static const char *const HELP_LINES[] = {"help", "?",    "h",   "commands", "quit",
                                         "exit", "stop", "bye", "q"};
static const char HELP[] = "(type what the next story is about, or: next, pause, again, keep, "
                           "louder, quieter, listen; Ctrl-C ends the stories)";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void complain(void *user, const char *complaint) {
    console_say(user, "%s.", complaint);
}

struct inputs *inputs_open(struct console *console, struct remote *remote) {
    struct inputs *inputs = calloc(1, sizeof(*inputs));

    if (inputs == NULL) {
        return NULL;
    }
    inputs->console = console;
    inputs->remote = remote;
    buttons_open(&inputs->buttons, access(CARD_SETTINGS, R_OK) == 0 ? CARD_SETTINGS : SETTINGS,
                 complain, console);
    return inputs;
}

void inputs_close(struct inputs *inputs) {
    if (inputs == NULL) {
        return;
    }
    listening_stop(&inputs->listening);
    buttons_close(&inputs->buttons);
    free(inputs);
}

/* Whether text is that word, whatever white space is around it and however it is written. */
static bool is_word(const char *text, const char *word) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    for (; *word != '\0'; word++, text++) {
        if (tolower((unsigned char)*text) != *word) {
            return false;
        }
    }
    return text[strspn(text, " \t\r")] == '\0';
}

/* Begin to listen, and say so; where that cannot be, any story will do. */
static struct request begin_listening(struct inputs *inputs) {
    if (listening_begin(&inputs->listening, false, buttons_now_ms())) {
        return (struct request){.kind = REQUEST_LISTEN};
    }
    return (struct request){.kind = REQUEST_STORY, .is_sure = true};
}

static struct request of_line(struct inputs *inputs, const char *line) {
    struct request request = {.kind = REQUEST_LINE};

    for (size_t i = 0; i < COUNT(COMMANDS); i++) {
        if (!is_word(line, COMMANDS[i].line)) {
            continue;
        }
        if (COMMANDS[i].kind == REQUEST_LISTEN) {
            return begin_listening(inputs);
        }
        return (struct request){.kind = COMMANDS[i].kind};
    }
    for (size_t i = 0; i < COUNT(HELP_LINES); i++) {
        if (is_word(line, HELP_LINES[i])) {
            console_answer(inputs->console, "%s", HELP);
            return (struct request){.kind = REQUEST_NONE};
        }
    }
    snprintf(request.line, sizeof(request.line), "%s", line);
    return request;
}

static struct request of_press(struct inputs *inputs, enum press press) {
    switch (press) {
    case PRESS_SHORT:
        return (struct request){.kind = REQUEST_PAUSE};
    case PRESS_DOUBLE:
        return (struct request){.kind = REQUEST_NEXT};
    case PRESS_TRIPLE:
        return (struct request){.kind = REQUEST_AGAIN};
    case PRESS_SHORT_HOLD:
        return (struct request){.kind = REQUEST_FAVOURITE};
    case PRESS_HOLD:
        return begin_listening(inputs);
    case PRESS_RELEASE:
        listening_release(&inputs->listening);
        break;
    case PRESS_LOUDER:
        return (struct request){.kind = REQUEST_LOUDER};
    case PRESS_QUIETER:
        return (struct request){.kind = REQUEST_QUIETER};
    case PRESS_NONE:
        break;
    }
    return (struct request){.kind = REQUEST_NONE};
}

static struct request of_message(const struct message *message) {
    static const enum request_kind KINDS[MESSAGE_VERBS] = {
        [MESSAGE_TELL] = REQUEST_PAUSE,      [MESSAGE_PAUSE] = REQUEST_PAUSE,
        [MESSAGE_NEXT] = REQUEST_NEXT,       [MESSAGE_AGAIN] = REQUEST_AGAIN,
        [MESSAGE_KEEP] = REQUEST_FAVOURITE,  [MESSAGE_LOUDER] = REQUEST_LOUDER,
        [MESSAGE_QUIETER] = REQUEST_QUIETER, [MESSAGE_REQUEST] = REQUEST_LINE,
        [MESSAGE_REPLAY] = REQUEST_REPLAY,   [MESSAGE_LISTS] = REQUEST_NONE, /* answered already */
        [MESSAGE_SOUND] = REQUEST_NONE,      [MESSAGE_SETTINGS] = REQUEST_NONE,
        [MESSAGE_SET] = REQUEST_NONE,        [MESSAGE_TIME] = REQUEST_NONE,
        [MESSAGE_ADD] = REQUEST_NONE,        [MESSAGE_REMOVE] = REQUEST_NONE,
    };
    struct request request = {.kind = KINDS[message->verb]};

    static_assert(sizeof(request.line) == sizeof(message->about), "both are a line");
    memcpy(request.line, message->about, sizeof(request.line));
    return request;
}

/* What is there already, without any waiting. */
static bool take(struct inputs *inputs, struct request *request) {
    char line[CONSOLE_LINE_BYTES];
    struct message message;
    int64_t now_ms = buttons_now_ms();
    enum press press;

    buttons_look(&inputs->buttons);
    while ((press = presses_take(&inputs->buttons.presses, now_ms)) != PRESS_NONE) {
        *request = of_press(inputs, press);
        if (request->kind != REQUEST_NONE) {
            return true;
        }
    }
    if (listening_take(&inputs->listening, now_ms, request)) {
        return true;
    }
    if (remote_take(inputs->remote, &message)) {
        *request = of_message(&message);
        return true;
    }
    if (!console_read(inputs->console, 0, line)) {
        return false;
    }
    *request = of_line(inputs, line);
    return true;
}

static int shorter(int timeout_ms, int other_ms) {
    return other_ms >= 0 && other_ms < timeout_ms ? other_ms : timeout_ms;
}

/* Wait for something to come from anywhere. Returns false when a signal came instead. */
static bool wait_for_any(struct inputs *inputs, int timeout_ms) {
    struct pollfd polled[MOST_POLLED];
    int64_t now_ms = buttons_now_ms();
    int count = buttons_poll(&inputs->buttons, polled);

    count += remote_poll(inputs->remote, polled + count);
    if (inputs->console->is_open) {
        polled[count++] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    }
    if (inputs->listening.pid != 0) {
        int left_ms = (int)(inputs->listening.end_ms - now_ms);

        polled[count++] = (struct pollfd){.fd = inputs->listening.answer, .events = POLLIN};
        timeout_ms = shorter(timeout_ms, left_ms > 0 ? left_ms : 0);
    }
    timeout_ms = shorter(timeout_ms, presses_wait_ms(&inputs->buttons.presses, now_ms));
    return poll(polled, (nfds_t)count, timeout_ms) >= 0;
}

bool inputs_wait(struct inputs *inputs, int timeout_ms, struct request *request) {
    int64_t end_ms = buttons_now_ms() + timeout_ms;

    *request = (struct request){.kind = REQUEST_NONE};
    while (!take(inputs, request)) {
        int64_t left_ms = end_ms - buttons_now_ms();

        if (left_ms <= 0 || !wait_for_any(inputs, (int)left_ms)) {
            return false;
        }
    }
    return true;
}

bool inputs_may_grow(const struct inputs *inputs) {
    return presses_may_grow(&inputs->buttons.presses, buttons_now_ms());
}

bool inputs_listen(struct inputs *inputs) {
    return listening_begin(&inputs->listening, true, buttons_now_ms());
}
