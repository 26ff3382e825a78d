/* SPDX-License-Identifier: MIT */
#include "remote/listeners.h"

#include <sys/socket.h>
#include <unistd.h>
#include <wav.h>

#define PART 512u /* samples that are sent at once */
/* What the kernel keeps for a listener that is late: about half a second. */
#define UNREAD_BYTES 16384
#define MISSED_S 10u

bool listeners_open(struct listeners *listeners, unsigned rate) {
    listeners->rate = rate;
    for (int i = 0; i < LISTENERS_MOST; i++) {
        listeners->all[i] = (struct listener){.file = -1};
    }
    return pthread_mutex_init(&listeners->mutex, NULL) == 0;
}

static void drop(struct listener *listener) {
    if (listener->file >= 0) {
        close(listener->file);
    }
    *listener = (struct listener){.file = -1};
}

void listeners_close(struct listeners *listeners) {
    for (int i = 0; i < LISTENERS_MOST; i++) {
        drop(&listeners->all[i]);
    }
    pthread_mutex_destroy(&listeners->mutex);
}

/* Whether it went away; while nothing is played, nothing else shows it. */
static bool is_gone(const struct listener *listener) {
    char byte;

    return recv(listener->file, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static struct listener *find_room(struct listeners *listeners) {
    for (int i = 0; i < LISTENERS_MOST; i++) {
        struct listener *listener = &listeners->all[i];

        if (listener->file >= 0 && is_gone(listener)) {
            drop(listener);
        }
        if (listener->file < 0) {
            return listener;
        }
    }
    return NULL;
}

bool listeners_add(struct listeners *listeners, int file) {
    unsigned char header[WAV_HEADER_BYTES];
    struct listener *room;
    int unread = UNREAD_BYTES;
    bool is_added;

    wav_put_header(header, listeners->rate, WAV_ENDLESS);
    pthread_mutex_lock(&listeners->mutex);
    room = find_room(listeners);
    is_added = room != NULL && send(file, header, sizeof(header), MSG_DONTWAIT | MSG_NOSIGNAL) ==
                                   (ssize_t)sizeof(header);
    if (is_added) {
        setsockopt(file, SOL_SOCKET, SO_SNDBUF, &unread, sizeof(unread));
        *room = (struct listener){.file = file};
    }
    pthread_mutex_unlock(&listeners->mutex);
    return is_added;
}

/* All of it or nothing: half a sample would make noise of all that follows. */
static void send_to(struct listeners *listeners, struct listener *listener,
                    const unsigned char *bytes, size_t count) {
    size_t length = count * WAV_SAMPLE_BYTES;
    ssize_t sent = send(listener->file, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent == (ssize_t)length) {
        listener->missed = 0;
        return;
    }
    listener->missed += count;
    if (sent > 0 || is_gone(listener) || listener->missed > (size_t)listeners->rate * MISSED_S) {
        drop(listener);
    }
}

void listeners_send(struct listeners *listeners, const int16_t *samples, size_t count) {
    unsigned char bytes[PART * WAV_SAMPLE_BYTES];

    pthread_mutex_lock(&listeners->mutex);
    while (count > 0) {
        size_t part = count < PART ? count : PART;

        for (size_t i = 0; i < part; i++) {
            wav_put16(bytes + i * WAV_SAMPLE_BYTES, (unsigned)samples[i] & 0xFFFF);
        }
        for (int i = 0; i < LISTENERS_MOST; i++) {
            if (listeners->all[i].file >= 0) {
                send_to(listeners, &listeners->all[i], bytes, part);
            }
        }
        samples += part;
        count -= part;
    }
    pthread_mutex_unlock(&listeners->mutex);
}
