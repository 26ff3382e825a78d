/* SPDX-License-Identifier: MIT */
#include "inputs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct inputs {
    struct console *console;
};

/* Typed lines that are no story but a command. */
static const struct {
    const char *line;
    enum wish_kind kind;
} COMMANDS[] = {
    {"", WISH_NEXT},         {"next", WISH_NEXT},     {"pause", WISH_PAUSE},
    {"again", WISH_AGAIN},   {"keep", WISH_FAVOURITE}, {"louder", WISH_LOUDER},
    {"quieter", WISH_QUIETER},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct inputs *inputs_open(struct console *console)
{
    struct inputs *inputs = calloc(1, sizeof(*inputs));

    if (inputs != NULL)
        inputs->console = console;
    return inputs;
}

void inputs_close(struct inputs *inputs)
{
    free(inputs);
}

/* Whether text is that word, whatever white space is around it and however it is written. */
static bool is_word(const char *text, const char *word)
{
    while (isspace((unsigned char)*text))
        text++;
    for (; *word != '\0'; word++, text++) {
        if (tolower((unsigned char)*text) != *word)
            return false;
    }
    return text[strspn(text, " \t\r")] == '\0';
}

static struct wish of_line(const char *line)
{
    struct wish wish = {.kind = WISH_LINE};

    for (size_t i = 0; i < COUNT(COMMANDS); i++) {
        if (is_word(line, COMMANDS[i].line))
            return (struct wish){.kind = COMMANDS[i].kind};
    }
    snprintf(wish.line, sizeof(wish.line), "%s", line);
    return wish;
}

bool inputs_wait(struct inputs *inputs, int timeout_ms, struct wish *wish)
{
    char line[CONSOLE_LINE_BYTES];

    *wish = (struct wish){.kind = WISH_NONE};
    if (!console_read(inputs->console, timeout_ms, line))
        return false;
    *wish = of_line(line);
    return true;
}

bool inputs_listen(struct inputs *inputs)
{
    (void)inputs;
    return false;
}
