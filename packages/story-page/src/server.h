/* SPDX-License-Identifier: MIT */
/* What browsers get: the page's files, the story as it is told, an ear for requests. */
#ifndef STORY_PAGE_SERVER_H
#define STORY_PAGE_SERVER_H

#include <stdatomic.h>

#include "hosts.h"

/* All of it stays the caller's. */
struct server {
    struct hosts hosts; /* its address is the only one that is answered at */
    const char *socket; /* of the storyteller */
    const char *files;  /* the folder of the page */
    const char *data;   /* the folder where stories are kept */
    atomic_int followers, listeners, recordings;
};

struct MHD_Daemon;

/* Begin to serve, in threads. Returns NULL with errno set. */
struct MHD_Daemon *server_start(struct server *server);

#endif
