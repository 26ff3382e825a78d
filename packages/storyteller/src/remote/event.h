/* SPDX-License-Identifier: MIT */
/* A line of JSON on its way to clients: {"event":"name", ...}. */
#ifndef STORYTELLER_EVENT_H
#define STORYTELLER_EVENT_H

#include <stdbool.h>
#include <stddef.h>

/* The longest one has a list of words. */
#define EVENT_BYTES 4096

struct event {
    char line[EVENT_BYTES];
    size_t length;
    bool is_cut; /* something had no room: it is no JSON, and not to be sent */
};

/* Begin a line, add to it, end it with its end mark. */
void event_begin(struct event *event, const char *name);
void event_number(struct event *event, const char *key, long value);
/* Control characters are left out, apart from ends of lines. */
void event_text(struct event *event, const char *key, const char *text, size_t length);
/* Some texts in a row. */
void event_texts(struct event *event, const char *key, char *const *texts, size_t count);
void event_end(struct event *event);

#endif
