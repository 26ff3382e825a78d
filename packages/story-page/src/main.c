/* SPDX-License-Identifier: MIT */
/* story-page: serves the story's page to browsers, at one address of this machine. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mdns.h"
#include "server.h"

#define LARGEST_PORT 65535

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

static const char USAGE[] = "usage: story-page ADDRESS PORT SOCKET FOLDER DATA [NAME...]\n"
                            "  ADDRESS PORT  where browsers are answered, such as 127.0.0.1 8064\n"
                            "  SOCKET        of the storyteller: storyteller --socket SOCKET\n"
                            "  FOLDER        with the page's files\n"
                            "  DATA          where the storyteller keeps stories: --data DATA\n"
                            "  NAME          another name of ours in browsers: localhost:8064;\n"
                            "                " MDNS_NAME " is made known to the network\n";

static bool read_port(const char *text, uint16_t *port) {
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    *port = (uint16_t)number;
    return errno == 0 && *text != '\0' && *end == '\0' && number > 0 && number <= LARGEST_PORT;
}

/* Where the network asks for our name; -1: it does not know one. Then the address remains. */
static int open_name(const struct hosts *hosts, struct in_addr address) {
    int file = -1;

    for (int i = 0; i < hosts->count && file < 0; i++) {
        if (strcmp(hosts->more[i], MDNS_NAME) == 0 && (file = mdns_open(address)) < 0) {
            fprintf(stderr, "story-page: no name " MDNS_NAME ": %s\n", strerror(errno));
        }
    }
    return file;
}

int main(int count, char **words) {
    static struct server server;
    struct in_addr address;
    int name;

    if (count < 6 || !read_port(words[2], &server.hosts.port)) {
        fputs(USAGE, stderr);
        return STATUS_USAGE;
    }
    server.hosts.address = words[1];
    server.hosts.more = (const char *const *)words + 6;
    server.hosts.count = count - 6;
    server.socket = words[3];
    server.files = words[4];
    server.data = words[5];
    signal(SIGPIPE, SIG_IGN);
    if (server_start(&server) == NULL) {
        fprintf(stderr, "story-page: cannot answer at http://%s:%s: %s\n", words[1], words[2],
                strerror(errno));
        return STATUS_FAILED;
    }
    address.s_addr = inet_addr(words[1]);
    name = open_name(&server.hosts, address);
    printf("http://%s:%s\n", words[1], words[2]);
    fflush(stdout);
    /* Other threads serve the page. Nothing is to be saved: a signal ends it all. */
    if (name >= 0) {
        mdns_run(name, address);
    }
    for (;;) {
        pause();
    }
}
