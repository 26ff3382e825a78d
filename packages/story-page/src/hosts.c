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

bool hosts_know(const char *host, const char *address, uint16_t port) {
    if (host == NULL) {
        return false;
    }
    return is_name(host, address, port) ||
           (strcmp(address, LOOPBACK) == 0 && is_name(host, "localhost", port));
}

bool hosts_know_origin(const char *origin, const char *address, uint16_t port) {
    size_t length = strlen(HTTP);

    return origin != NULL && strncmp(origin, HTTP, length) == 0 &&
           hosts_know(origin + length, address, port);
}
