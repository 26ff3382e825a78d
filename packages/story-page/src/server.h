/* SPDX-License-Identifier: MIT */
/* What browsers get: the page's files, the story as it is told, an ear for requests. */
#ifndef STORY_PAGE_SERVER_H
#define STORY_PAGE_SERVER_H

#include <stdatomic.h>
#include <stdint.h>

/* All of it stays the caller's. */
struct server {
    const char *address; /* the only one that is answered at: "127.0.0.1" */
    uint16_t port;
    const char *socket; /* of the storyteller */
    const char *files;  /* the folder of the page */
    atomic_int followers, listeners;
};

struct MHD_Daemon;

/* Begin to serve, in threads. Returns NULL with errno set. */
struct MHD_Daemon *server_start(struct server *server);

#endif
