/* SPDX-License-Identifier: MIT */
/*
 * Between the files of remote.h: what is told to all (remote.c), what clients ask for
 * (remote_requests.c), and what parents set (remote_settings.c).
 */
#ifndef STORYTELLER_REMOTE_PARTS_H
#define STORYTELLER_REMOTE_PARTS_H

#include "remote/remote.h"
#include "remote/transcript.h"

struct remote {
    struct clients clients;
    const struct words *words;
    struct listeners *listeners; /* NULL: there is nothing to listen to */
    struct parents *parents;     /* NULL: nothing can be set */
    struct recorder *recorder;   /* NULL: nothing is rendered */
    enum remote_state state;
    int volume, most_volume;
    long number;
    struct transcript transcript;
    struct event event; /* the one that is being made */
};

/* Tell a client why something is not done. */
void remote_complain(struct remote *remote, struct client *client, const char *problem);

/* Take the first line of a client. Returns whether it asks for something that is not done here. */
bool remote_take_line(struct remote *remote, struct client *client, size_t length,
                      struct message *message);

/* What is for parents. Returns whether it was. */
bool remote_take_setting(struct remote *remote, struct client *client,
                         const struct message *message);

/* A setting, to all: so each page shows what holds. problem: why it is not another one, or NULL. */
void remote_send_setting(struct remote *remote, int number, const char *problem);

#endif
