/* SPDX-License-Identifier: MIT */
/* story-page: serves the story's page to browsers, at one address of this machine. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mdns.h"
#include "server.h"

#define LARGEST_PORT 65535

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

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

/* Signals are taken here, by none of the server's threads. */
static void block(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* A name that the network is told of, if it is among ours. Without it, the address remains. */
static void tell_name(const struct hosts *hosts) {
    for (int i = 0; i < hosts->count; i++) {
        if (strcmp(hosts->more[i], MDNS_NAME) == 0 && !mdns_start(hosts->address)) {
            fprintf(stderr, "story-page: no name " MDNS_NAME ": %s\n", strerror(errno));
        }
    }
}

int main(int count, char **words) {
    static struct server server;
    sigset_t signals;
    int number;

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
    block(&signals);
    if (server_start(&server) == NULL) {
        fprintf(stderr, "story-page: cannot answer at http://%s:%s: %s\n", words[1], words[2],
                strerror(errno));
        return STATUS_FAILED;
    }
    tell_name(&server.hosts);
    printf("http://%s:%s\n", words[1], words[2]);
    fflush(stdout);
    /* Nothing is to be saved: browsers that follow would keep us waiting for their next look. */
    sigwait(&signals, &number);
    return STATUS_OK;
}
