/* SPDX-License-Identifier: MIT */
#include "remote/event.h"

#include <stdio.h>
#include <string.h>

static void put(struct event *event, const char *text, size_t length) {
    if (event->length + length >= EVENT_BYTES) {
        event->is_cut = true;
        return;
    }
    memcpy(event->line + event->length, text, length);
    event->length += length;
    event->line[event->length] = '\0';
}

static void put_all(struct event *event, const char *text) {
    put(event, text, strlen(text));
}

static void put_quoted(struct event *event, const char *text, size_t length) {
    put_all(event, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n') {
            put_all(event, "\\n");
        } else if (c == '"' || c == '\\') {
            put_all(event, c == '"' ? "\\\"" : "\\\\");
        } else if (c >= ' ' && c != 127) {
            put(event, text + i, 1);
        }
    }
    put_all(event, "\"");
}

static void put_key(struct event *event, const char *key) {
    put_all(event, ",\"");
    put_all(event, key);
    put_all(event, "\":");
}

void event_begin(struct event *event, const char *name) {
    event->length = 0;
    event->is_cut = false;
    put_all(event, "{\"event\":\"");
    put_all(event, name);
    put_all(event, "\"");
}

void event_number(struct event *event, const char *key, long value) {
    char digits[24];

    snprintf(digits, sizeof(digits), "%ld", value);
    put_key(event, key);
    put_all(event, digits);
}

void event_text(struct event *event, const char *key, const char *text, size_t length) {
    put_key(event, key);
    put_quoted(event, text, length);
}

void event_texts(struct event *event, const char *key, char *const *texts, size_t count) {
    put_key(event, key);
    put_all(event, "[");
    for (size_t i = 0; i < count; i++) {
        put_all(event, i > 0 ? "," : "");
        put_quoted(event, texts[i], strlen(texts[i]));
    }
    put_all(event, "]");
}

void event_end(struct event *event) {
    put_all(event, "}\n");
}
