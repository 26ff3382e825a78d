/* SPDX-License-Identifier: MIT */
/* The line that somebody types, and its picture on a terminal, be it ever so dumb. */
#ifndef STORYTELLER_TYPING_H
#define STORYTELLER_TYPING_H

#include <stdbool.h>
#include <stddef.h>

/* Longest line that is read, with its end mark; the rest of a longer one is left out. */
#define TYPING_LINE_BYTES 160

struct typing {
    char line[TYPING_LINE_BYTES]; /* UTF-8, without an end mark until it is taken */
    size_t length;
    bool is_bold;  /* it is shown so */
    bool is_shown; /* it has the terminal's line of its own, behind its prompt */
    int column;    /* of the cursor there */
    bool is_full;  /* the character that is being typed is left out */
    enum { TYPING_KEYS, TYPING_ESCAPE, TYPING_SEQUENCE } state;
};

/* Take a key's byte and show what it does. `columns` of the terminal. Nothing is shown of a first
 * character: the caller sees to a line for it, and calls typing_show(). Returns true at Enter. */
bool typing_key(struct typing *typing, char key, int columns);

/* Show the line so far, from the start of a line of the terminal. */
void typing_show(struct typing *typing, int columns);

/* Leave its picture as it is: the terminal's next line is free. */
void typing_leave(struct typing *typing);

/* The whole line, with its end mark; the next one begins. */
void typing_take(struct typing *typing, char line[TYPING_LINE_BYTES]);

#endif
