/* SPDX-License-Identifier: MIT */
/* What somebody wants: by a typed line, a button or a spoken word. */
#ifndef STORYTELLER_WISH_H
#define STORYTELLER_WISH_H

#include <stdbool.h>

#include "inputs/console.h"

enum wish_kind {
    WISH_NONE,
    WISH_STORY,     /* a story of `slots`; heard, so perhaps not well: see is_sure */
    WISH_LINE,      /* a story of what is in `line`, typed */
    WISH_PAUSE,     /* during a story: pause, or go on; else: a new story */
    WISH_NEXT,      /* the next story */
    WISH_AGAIN,     /* the same story once more */
    WISH_FAVOURITE, /* keep this story */
    WISH_LISTEN,    /* somebody is about to speak: be silent; a WISH_STORY will follow */
    WISH_LOUDER,
    WISH_QUIETER,
};

#define SLOT_BYTES 32

/* What a story is about. An empty word is to be drawn. */
struct slots {
    char hero[SLOT_BYTES];
    char place[SLOT_BYTES];
    char thing[SLOT_BYTES];
};

struct wish {
    enum wish_kind kind;
    struct slots slots;            /* of a WISH_STORY */
    char line[CONSOLE_LINE_BYTES]; /* of a WISH_LINE */
    bool is_sure; /* false: it makes sense to ask, and to listen once more (inputs_listen) */
};

#endif
