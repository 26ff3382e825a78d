/* SPDX-License-Identifier: MIT */
/*
 * Those at the other end of a Unix socket: they get lines, and send some. Nothing here ever waits:
 * one who does not read is dropped.
 */
#ifndef STORYTELLER_CLIENTS_H
#define STORYTELLER_CLIENTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "remote/event.h"

#define CLIENTS_AT_MOST 8
#define CLIENTS_POLLED (1 + CLIENTS_AT_MOST)
/* Longest line of a client, with its end mark. A request of 159 bytes fits however it is escaped.
 */
#define CLIENT_LINE_BYTES 1024

struct client {
    int file; /* -1: nobody */
    char line[CLIENT_LINE_BYTES];
    size_t length;
};

struct clients {
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int door;
    struct client each[CLIENTS_AT_MOST];
};

/* Listen at a path that only this user may use; a socket that is left there from an earlier run is
 * replaced. Returns false with errno set. */
bool clients_open(struct clients *clients, const char *path);
void clients_close(struct clients *clients);

/* Fill in what to poll for; returns how many. */
int clients_poll(const struct clients *clients, struct pollfd polled[CLIENTS_POLLED]);

/* Whether something has come from a file, by what was polled. */
bool clients_has_come(const struct pollfd *polled, int count, int file);

/* The one who has come, NULL: nobody. One more than there is room for is sent away. */
struct client *clients_let_in(struct clients *clients);

void clients_send(struct clients *clients, const struct event *event);
void client_send(struct client *client, const struct event *event);

/* Read what has come. Returns false when the line is longer than we know any to be. What a client
 * said before it went away still counts: it is dropped when all was taken. */
bool client_read(struct client *client);

/* The length of the line that stands first, when it is whole. */
bool client_has_line(const struct client *client, size_t *length);
/* On to what stands after it. */
void client_end_line(struct client *client, size_t length);

void client_drop(struct client *client);

#endif
