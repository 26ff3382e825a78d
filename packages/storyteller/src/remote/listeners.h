/* SPDX-License-Identifier: MIT */
/* Sockets that get what is played, while it is played: a WAV stream without an end. Nobody is
 * waited for: a listener that takes nothing misses it, and is dropped after ten seconds of sound.
 * For two threads: one adds, one sends. */
#ifndef STORYTELLER_LISTENERS_H
#define STORYTELLER_LISTENERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTENERS_MOST 8

struct listener {
    int file;      /* -1: nobody */
    size_t missed; /* samples, since it last took some */
};

struct listeners {
    pthread_mutex_t mutex;
    unsigned rate; /* samples per second */
    struct listener all[LISTENERS_MOST];
};

/* Returns false when the system has no means left. */
bool listeners_open(struct listeners *listeners, unsigned rate);
void listeners_close(struct listeners *listeners);

/* Send a WAV header, and from now on what is played. Returns false when there are too many
 * listeners already, or this one takes nothing; the socket is the caller's then, else ours. */
bool listeners_add(struct listeners *listeners, int file);

/* This is played now. */
void listeners_send(struct listeners *listeners, const int16_t *samples, size_t count);

#endif
