/* SPDX-License-Identifier: MIT */
/* Punctuation, and signs that have a name. */
#include <ctype.h>

#include "read_parts.h"

static const struct {
    char symbol;
    const char *spoken;
} SYMBOLS[] = {{'&', "and"}, {'+', "plus"}, {'@', "at"}, {'=', "equals"}, {'%', "percent"}};

/* In place of a sign, between others of its chunk. */
static void say_apart(struct reader *reader, const char *spoken) {
    reader->needs_blank = true;
    reader_say(reader, spoken, reader->at + 1, false);
    reader->needs_blank = isalnum((unsigned char)reader->at[1]) != 0;
}

/* The dot of an address or of a file's name. */
static bool is_inside_name(const struct reader *reader) {
    const char *at = reader->at;
    return *at == '.' && at > reader->text && isalnum((unsigned char)at[-1]) &&
           islower((unsigned char)at[1]);
}

void read_mark(struct reader *reader) {
    struct sounds mark = {0};
    if (is_inside_name(reader)) {
        say_apart(reader, "dot");
        reader->at++;
        return;
    }
    size_t dash = dash_length(reader->text, reader->at);
    uint8_t id = dash > 0 ? (uint8_t)P_DASH : punctuation_of(*reader->at);
    if (id != 0) {
        sounds_add(&mark, id);
        reader_put_sounds(reader, &mark);
        reader_forget(reader);
    }
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof SYMBOLS[0]; i++) {
        if (SYMBOLS[i].symbol == *reader->at) {
            say_apart(reader, SYMBOLS[i].spoken);
        }
    }
    if (*reader->at == '/') {
        reader->needs_blank = true;
    }
    reader->at += dash > 0 ? dash : 1;
}
