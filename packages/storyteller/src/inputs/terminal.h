/* SPDX-License-Identifier: MIT */
/* The terminal behind standard input and output: its modes, its width, what it can show. */
#ifndef STORYTELLER_TERMINAL_H
#define STORYTELLER_TERMINAL_H

#include <stdbool.h>

/* How what is typed comes in. */
enum terminal_input {
    TERMINAL_NONE,  /* standard input is no terminal, or not ours now: nothing was changed */
    TERMINAL_LINES, /* line by line; the terminal shows them itself */
    TERMINAL_KEYS,  /* key by key, and shown by us: standard output is a terminal, too */
};

/* Take the terminal. Until it is given back, a stop (Ctrl-Z) or a crash leaves it as it was before,
 * and going on takes it again. To be called once at a time. */
enum terminal_input terminal_take(void);

/* The terminal is as it was before. */
void terminal_give_back(void);

/* Columns of standard output, which may change at any time; 0: it is no terminal. A serial line
 * does not tell its width: then the environment's COLUMNS, or 80. */
int terminal_columns(void);

/* Whether standard output is a terminal that can dim what it shows. */
bool terminal_can_dim(void);

#endif
