/* SPDX-License-Identifier: MIT */
/* What somebody wants: by a typed line, a button or a spoken word. */
#ifndef STORYTELLER_REQUEST_H
#define STORYTELLER_REQUEST_H

#include <stdbool.h>

#include "inputs/console.h"
#include "text/topic.h"

enum request_kind {
    REQUEST_NONE,
    REQUEST_STORY,     /* a story of `topic`; heard, so perhaps not well: see is_sure */
    REQUEST_LINE,      /* a story of what is in `line`, typed */
    REQUEST_PAUSE,     /* during a story: pause, or go on; else: a new story */
    REQUEST_NEXT,      /* the next story */
    REQUEST_AGAIN,     /* the same story once more */
    REQUEST_REPLAY,    /* the story whose seed is in `line` */
    REQUEST_FAVOURITE, /* keep this story */
    REQUEST_LISTEN,    /* somebody is about to speak: be silent; a REQUEST_STORY will follow */
    REQUEST_LOUDER,
    REQUEST_QUIETER,
};

struct request {
    enum request_kind kind;
    struct topic topic;            /* of a REQUEST_STORY */
    char line[CONSOLE_LINE_BYTES]; /* of a REQUEST_LINE or REQUEST_REPLAY */
    bool is_sure; /* false: it makes sense to ask, and to listen once more (inputs_listen) */
};

#endif
