/* SPDX-License-Identifier: MIT */
/* What a story is about. */
#ifndef STORYTELLER_TOPIC_H
#define STORYTELLER_TOPIC_H

/* Room for a word, or a few, with the end mark. */
#define TOPIC_BYTES 32

/* An empty word is to be drawn. */
struct topic {
    char hero[TOPIC_BYTES];
    char place[TOPIC_BYTES];
    char thing[TOPIC_BYTES];
};

#endif
