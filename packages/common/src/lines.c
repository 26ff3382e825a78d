/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BYTES_AT_MOST (1L << 20)

struct reader {
    line_fn *use;
    void *user;
    char line[LINES_BYTES];
    size_t length;
    int number;
    int last; /* character before this one */
};

char *lines_trim(char *text) {
    size_t length;

    while (isspace((unsigned char)*text)) {
        text++;
    }
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

static void end_line(struct reader *reader) {
    char *text;

    reader->line[reader->length] = '\0';
    reader->length = 0;
    reader->number++;
    text = lines_trim(reader->line);
    if (text[0] != '\0' && text[0] != '#') {
        reader->use(reader->user, reader->number, text);
    }
}

/* 0 and the marks come from editors that write two bytes for each character. */
static bool is_mark(int c) {
    return c == '\0' || c == 0xFE || c == 0xFF;
}

static void take(struct reader *reader, int c) {
    bool is_end = c == '\r' || (c == '\n' && reader->last != '\r');

    if (is_mark(c)) {
        return;
    }
    reader->last = c;
    if (is_end) {
        end_line(reader);
    } else if (c != '\n' && reader->length + 1 < LINES_BYTES) {
        reader->line[reader->length++] = (char)c;
    }
    if (reader->number == 0 && reader->length == 3 &&
        memcmp(reader->line, "\xEF\xBB\xBF", 3) == 0) {
        reader->length = 0;
    }
}

bool lines_read(const char *path, line_fn *use, void *user) {
    struct reader reader = {.use = use, .user = user};
    FILE *file = fopen(path, "r");
    int c, reason;

    if (file == NULL) {
        return false;
    }
    errno = 0;
    for (long bytes = 0; bytes < BYTES_AT_MOST && (c = fgetc(file)) != EOF; bytes++) {
        take(&reader, c);
    }
    if (reader.length > 0) {
        end_line(&reader);
    }
    /* A folder can be opened, but not read. */
    reason = ferror(file) ? errno : 0;
    fclose(file);
    errno = reason;
    return reason == 0;
}
