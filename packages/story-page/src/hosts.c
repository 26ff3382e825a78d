/* SPDX-License-Identifier: MIT */
#include "hosts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define USUAL_PORT 80 /* of http, which browsers leave out */
#define NAME_BYTES 64

static const char LOOPBACK[] = "127.0.0.1";
static const char HTTP[] = "http://";

static bool is_name(const char *host, const char *name, uint16_t port) {
    char whole[NAME_BYTES];

    snprintf(whole, sizeof(whole), "%s:%u", name, (unsigned)port);
    return strcasecmp(host, whole) == 0 || (port == USUAL_PORT && strcasecmp(host, name) == 0);
}

bool hosts_know(const struct hosts *hosts, const char *host) {
    if (host == NULL) {
        return false;
    }
    for (int i = 0; i < hosts->count; i++) {
        if (strcasecmp(host, hosts->more[i]) == 0) {
            return true;
        }
    }
    return is_name(host, hosts->address, hosts->port) ||
           (strcmp(hosts->address, LOOPBACK) == 0 && is_name(host, "localhost", hosts->port));
}

bool hosts_know_origin(const struct hosts *hosts, const char *origin) {
    size_t length = strlen(HTTP);

    return origin != NULL && strncmp(origin, HTTP, length) == 0 &&
           hosts_know(hosts, origin + length);
}
