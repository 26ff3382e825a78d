/* SPDX-License-Identifier: MIT */
/* What a client of the socket wants: one line of JSON (docs/story-page.md). */
#ifndef STORYTELLER_MESSAGE_H
#define STORYTELLER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* As long as a line that is typed on the console. */
#define MESSAGE_ABOUT_BYTES 160

enum message_verb {
    MESSAGE_TELL,
    MESSAGE_PAUSE,
    MESSAGE_NEXT,
    MESSAGE_AGAIN,
    MESSAGE_KEEP,
    MESSAGE_LOUDER,
    MESSAGE_QUIETER,
    MESSAGE_REQUEST,
    MESSAGE_REPLAY,
    MESSAGE_LISTS,
    MESSAGE_SOUND,
    MESSAGE_RECORD,
    MESSAGE_SETTINGS,
    MESSAGE_SET,
    MESSAGE_ADD,
    MESSAGE_REMOVE,
    MESSAGE_TIME,
    MESSAGE_VERBS,
};

struct message {
    enum message_verb verb;
    char about[MESSAGE_ABOUT_BYTES]; /* of a request, a setting, a time; no control characters */
};

/* Read a line, which need not have an end mark: an object of strings, "do" and perhaps "about".
 * Returns NULL, or what is wrong with it in a few words. */
const char *message_read(const char *line, size_t length, struct message *message);

#endif
