/* SPDX-License-Identifier: MIT */
/* Under which names a browser may reach us. Another name that leads here, or a page from elsewhere,
 * is refused: so no foreign page can read the story or ask for one. */
#ifndef STORY_PAGE_HOSTS_H
#define STORY_PAGE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a Host header names this address ("127.0.0.1"; there also "localhost") and port. NULL is
 * no name. */
bool hosts_know(const char *host, const char *address, uint16_t port);

/* The same for an Origin header: "http://" and such a name. */
bool hosts_know_origin(const char *origin, const char *address, uint16_t port);

#endif
