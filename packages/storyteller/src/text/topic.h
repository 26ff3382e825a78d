/* SPDX-License-Identifier: MIT */
/* What a story is about. */
#ifndef STORYTELLER_TOPIC_H
#define STORYTELLER_TOPIC_H

/* Room for a word, or a few, with the end mark. */
#define TOPIC_BYTES 32
/* Of a friend, who may have trait and name: "purple dragon named Mia". */
#define TOPIC_FRIEND_BYTES (2 * TOPIC_BYTES)

/* What is empty is to be drawn; name and friend are left out then. */
struct topic {
    char trait[TOPIC_BYTES]; /* what the hero is like */
    char hero[TOPIC_BYTES];
    char name[TOPIC_BYTES]; /* the hero's, with a capital letter */
    char friend[TOPIC_FRIEND_BYTES];
    char place[TOPIC_BYTES];
    char thing[TOPIC_BYTES];
};

#endif
