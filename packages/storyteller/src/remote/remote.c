/* SPDX-License-Identifier: MIT */
#include "remote/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "parents.h"
#include "remote/remote_parts.h"

/* Of a story's text in one event: room for each byte to be escaped, and for what is around it. */
#define PART_BYTES 512
#define PROTOCOL 3

static const char *const STATES[] = {
    [REMOTE_STARTING] = "starting", [REMOTE_TELLING] = "telling",     [REMOTE_PAUSED] = "paused",
    [REMOTE_READY] = "ready",       [REMOTE_LISTENING] = "listening", [REMOTE_ASLEEP] = "asleep",
};

static void make_state(struct remote *remote) {
    const char *state = STATES[remote->state];

    event_begin(&remote->event, "state");
    event_text(&remote->event, "state", state, strlen(state));
    event_end(&remote->event);
}

static void make_volume(struct remote *remote) {
    event_begin(&remote->event, "volume");
    event_number(&remote->event, "percent", remote->volume);
    event_number(&remote->event, "most", remote->most_volume);
    event_end(&remote->event);
}

static void make_story(struct remote *remote) {
    event_begin(&remote->event, "story");
    event_number(&remote->event, "number", remote->number);
    event_end(&remote->event);
}

static void make_part(struct remote *remote, const struct part *part) {
    event_begin(&remote->event, "text");
    event_number(&remote->event, "sentence", (long)part->sentence);
    event_text(&remote->event, "text", remote->transcript.text + part->first, part->length);
    event_end(&remote->event);
}

/* Send what was heard from `first` on; client: NULL for all. */
static void send_heard(struct remote *remote, size_t first, struct client *client) {
    struct part part = transcript_part(&remote->transcript, first, PART_BYTES);

    while (part.length > 0) {
        make_part(remote, &part);
        if (client != NULL) {
            client_send(client, &remote->event);
        } else {
            clients_send(&remote->clients, &remote->event);
        }
        part = transcript_part(&remote->transcript, part.first + part.length, PART_BYTES);
    }
}

/* Where we are: all that a client needs which comes in the middle of a story. */
static void greet(struct remote *remote, struct client *client) {
    event_begin(&remote->event, "hello");
    event_number(&remote->event, "protocol", PROTOCOL);
    event_number(&remote->event, "sound", remote->listeners != NULL ? remote->listeners->rate : 0);
    event_end(&remote->event);
    client_send(client, &remote->event);
    make_volume(remote);
    client_send(client, &remote->event);
    if (remote->number > 0) {
        make_story(remote);
        client_send(client, &remote->event);
        send_heard(remote, 0, client);
    }
    make_state(remote);
    client_send(client, &remote->event);
}

void remote_complain(struct remote *remote, struct client *client, const char *problem) {
    event_begin(&remote->event, "error");
    event_text(&remote->event, "problem", problem, strlen(problem));
    event_end(&remote->event);
    client_send(client, &remote->event);
}

/* Take whole lines of what a client has sent. Returns whether one asks for something. */
static bool take_lines(struct remote *remote, struct client *client, struct message *message) {
    bool is_taken = false;
    size_t length;

    while (!is_taken && client_has_line(client, &length)) {
        is_taken = remote_take_line(remote, client, length, message);
        if (client->file < 0) {
            break;
        }
        client_end_line(client, length);
    }
    return is_taken;
}

static bool take_lines_of_all(struct remote *remote, struct message *message) {
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        if (take_lines(remote, &remote->clients.each[i], message)) {
            return true;
        }
    }
    return false;
}

/* Read what clients say; a line that is too long comes from nobody whom we know. */
static void read_from_all(struct remote *remote, const struct pollfd *polled, int count) {
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        struct client *client = &remote->clients.each[i];

        if (client->file >= 0 && clients_has_come(polled, count, client->file) &&
            !client_read(client)) {
            remote_complain(remote, client, "a line that is too long");
            client_drop(client);
        }
    }
}

void remote_set_listeners(struct remote *remote, struct listeners *listeners) {
    if (remote != NULL) {
        remote->listeners = listeners;
    }
}

void remote_set_parents(struct remote *remote, struct parents *parents) {
    if (remote != NULL) {
        remote->parents = parents;
    }
}

void remote_set_recorder(struct remote *remote, struct recorder *recorder) {
    if (remote != NULL) {
        remote->recorder = recorder;
    }
}

int remote_poll(const struct remote *remote, struct pollfd *polled) {
    return remote != NULL ? clients_poll(&remote->clients, polled) : 0;
}

bool remote_take(struct remote *remote, struct message *message) {
    struct pollfd polled[REMOTE_POLLED];
    int count = remote_poll(remote, polled);
    struct client *newcomer;

    if (remote == NULL) {
        return false;
    }
    if (take_lines_of_all(remote, message)) {
        return true;
    }
    if (poll(polled, (nfds_t)count, 0) <= 0) {
        return false;
    }
    read_from_all(remote, polled, count);
    if (clients_has_come(polled, count, remote->clients.door) &&
        (newcomer = clients_let_in(&remote->clients)) != NULL) {
        greet(remote, newcomer);
    }
    return take_lines_of_all(remote, message);
}

void remote_state(struct remote *remote, enum remote_state state) {
    if (remote == NULL || remote->state == state) {
        return;
    }
    remote->state = state;
    make_state(remote);
    clients_send(&remote->clients, &remote->event);
}

void remote_volume(struct remote *remote, int percent, int most) {
    if (remote == NULL) {
        return;
    }
    remote->volume = percent;
    remote->most_volume = most;
    make_volume(remote);
    clients_send(&remote->clients, &remote->event);
}

void remote_setting(struct remote *remote, const char *name, const char *problem) {
    if (remote != NULL && remote->parents != NULL) {
        remote_send_setting(remote, settings_find(name), problem);
    }
}

void remote_note(struct remote *remote, const char *text) {
    if (remote == NULL) {
        return;
    }
    event_begin(&remote->event, "note");
    event_text(&remote->event, "text", text, strlen(text));
    event_end(&remote->event);
    clients_send(&remote->clients, &remote->event);
}

void remote_story(struct remote *remote, long number) {
    if (remote == NULL) {
        return;
    }
    remote->number = number;
    transcript_clear(&remote->transcript);
    make_story(remote);
    clients_send(&remote->clients, &remote->event);
}

void remote_expect(struct remote *remote, const char *text, bool is_end) {
    if (remote != NULL) {
        transcript_expect(&remote->transcript, strlen(text), is_end);
    }
}

void remote_text(struct remote *remote, const char *text) {
    size_t first;

    if (remote == NULL) {
        return;
    }
    first = remote->transcript.length;
    transcript_add(&remote->transcript, text);
    send_heard(remote, first, NULL);
}

struct remote *remote_open(const char *path, const struct words *words) {
    struct remote *remote = calloc(1, sizeof(*remote));

    if (remote == NULL) {
        return NULL;
    }
    remote->words = words;
    if (!clients_open(&remote->clients, path)) {
        int reason = errno;

        free(remote);
        errno = reason;
        return NULL;
    }
    return remote;
}

void remote_close(struct remote *remote) {
    if (remote == NULL) {
        return;
    }
    clients_close(&remote->clients);
    free(remote);
}
