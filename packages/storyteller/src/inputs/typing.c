/* SPDX-License-Identifier: MIT */
#include "inputs/typing.h"

#include <stdio.h>
#include <string.h>

#define PROMPT "> "
#define BOLD "\033[1m" /* ECMA-48, 8.3.117 */
#define PLAIN "\033[0m"
#define INDENT 2 /* columns of the prompt, and before each further row of a long line */

enum { BACKSPACE = 8, ERASE_LINE = 21, ERASE_WORD = 23, ESCAPE = 27, DELETE = 127 };

static bool is_inside_character(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The terminal would break the row, too, but not all of them go back over it. */
static void show_byte(struct typing *typing, char c, int columns) {
    if (!is_inside_character(c)) {
        if (typing->column + 1 >= columns && columns > 2 * INDENT) {
            printf("\n%*s", INDENT, "");
            typing->column = INDENT;
        }
        typing->column++;
    }
    putchar(c);
}

void typing_show(struct typing *typing, int columns) {
    fputs(typing->is_bold ? BOLD PROMPT : PROMPT, stdout);
    typing->column = INDENT;
    typing->is_shown = true;
    for (size_t i = 0; i < typing->length; i++) {
        show_byte(typing, typing->line[i], columns);
    }
}

void typing_leave(struct typing *typing) {
    if (typing->is_shown) {
        fputs(typing->is_bold ? PLAIN "\n" : "\n", stdout);
    }
    typing->is_shown = false;
}

static void erase_columns(int count) {
    for (int i = 0; i < count; i++) {
        fputs("\b \b", stdout);
    }
}

/* An empty line has no prompt either: the story may go on there. */
static void show_erased(struct typing *typing, int characters, int columns) {
    if (!typing->is_shown) {
        return;
    }
    if (typing->column - characters < INDENT) {
        typing_leave(typing); /* from one row back to another: shown anew */
        if (typing->length > 0) {
            typing_show(typing, columns);
        }
        return;
    }
    erase_columns(characters);
    typing->column -= characters;
    if (typing->length == 0) {
        erase_columns(INDENT);
        fputs(typing->is_bold ? PLAIN : "", stdout);
        typing->is_shown = false;
    }
}

/* Take away the last character. */
static void drop_character(struct typing *typing) {
    while (typing->length > 0 && is_inside_character(typing->line[typing->length - 1])) {
        typing->length--;
    }
    typing->length -= typing->length > 0 ? 1 : 0;
}

static bool ends_in_blank(const struct typing *typing) {
    return typing->length > 0 && typing->line[typing->length - 1] == ' ';
}

static void erase(struct typing *typing, char key, int columns) {
    int characters = 0;
    bool is_word = false;

    while (typing->length > 0) {
        if (key == ERASE_WORD && is_word && ends_in_blank(typing)) {
            break;
        }
        is_word = is_word || !ends_in_blank(typing);
        drop_character(typing);
        characters++;
        if (key == BACKSPACE || key == DELETE) {
            break;
        }
    }
    if (characters > 0) {
        show_erased(typing, characters, columns);
    }
}

/* Cursor keys and their like send several bytes, none of which is meant as text. */
static bool is_of_sequence(struct typing *typing, char key) {
    if (typing->state == TYPING_SEQUENCE) {
        /* Parameters, then a letter or the like: ECMA-48, 5.4. */
        if (key >= '@' && key <= '~') {
            typing->state = TYPING_KEYS;
        }
        return true;
    }
    if (typing->state == TYPING_ESCAPE && (key == '[' || key == 'O')) {
        typing->state = TYPING_SEQUENCE;
        return true;
    }
    typing->state = key == ESCAPE ? TYPING_ESCAPE : TYPING_KEYS;
    return key == ESCAPE;
}

static void add(struct typing *typing, char key, int columns) {
    /* No part of a character without the rest of it: the longest has four bytes. */
    if (!is_inside_character(key)) {
        typing->is_full = typing->length + 4 >= sizeof(typing->line);
    }
    if (typing->is_full || typing->length + 1 >= sizeof(typing->line)) {
        return;
    }
    typing->line[typing->length++] = key;
    if (typing->is_shown) {
        show_byte(typing, key, columns);
    }
}

bool typing_key(struct typing *typing, char key, int columns) {
    if (is_of_sequence(typing, key)) {
        return false;
    }
    if (key == '\n') {
        return true;
    }
    if (key == BACKSPACE || key == DELETE || key == ERASE_LINE || key == ERASE_WORD) {
        erase(typing, key, columns);
    } else if (key == '\t') {
        add(typing, ' ', columns);
    } else if ((unsigned char)key >= ' ') {
        add(typing, key, columns);
    }
    return false;
}

void typing_take(struct typing *typing, char line[TYPING_LINE_BYTES]) {
    memcpy(line, typing->line, typing->length);
    line[typing->length] = '\0';
    typing->length = 0;
}
