/* SPDX-License-Identifier: MIT */
/* Under which names a browser may reach us. Another name that leads here, or a page from elsewhere,
 * is refused: so no foreign page can read the story or ask for one. */
#ifndef STORY_PAGE_HOSTS_H
#define STORY_PAGE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

/* All of it stays the caller's. */
struct hosts {
    const char *address; /* "127.0.0.1", which is "localhost", too */
    uint16_t port;
    const char *const *more; /* with their ports, as browsers write them: "localhost:8064" */
    int count;
};

/* Whether a Host header is one of these; NULL is no name. */
bool hosts_know(const struct hosts *hosts, const char *host);

/* The same for an Origin header: "http://" and such a name. */
bool hosts_know_origin(const struct hosts *hosts, const char *origin);

#endif
