/* SPDX-License-Identifier: MIT */
/*
 * A Unix socket through which other programs follow the stories and ask for some: the story page.
 * docs/story-page.md has the protocol. Nothing here ever waits: a client that does not read is
 * dropped. All functions take NULL: there is no socket.
 */
#ifndef STORYTELLER_REMOTE_H
#define STORYTELLER_REMOTE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "remote/clients.h"
#include "remote/listeners.h"
#include "remote/message.h"
#include "text/words.h"

struct parents;
struct recorder;
struct remote;

#define REMOTE_POLLED CLIENTS_POLLED

enum remote_state {
    REMOTE_STARTING, /* the model loads */
    REMOTE_TELLING,
    REMOTE_PAUSED,
    REMOTE_READY,     /* between two stories */
    REMOTE_LISTENING, /* somebody speaks */
    REMOTE_ASLEEP,    /* nothing is told until somebody asks, or the reason is gone */
};

/* Listen at a path that only this user may use; a socket that is left there from an earlier run is
 * replaced. The words stay the caller's. Returns NULL with errno set. */
struct remote *remote_open(const char *path, const struct words *words);
void remote_close(struct remote *remote);

/* From now on clients may listen, too; NULL: there is nothing to listen to. They stay the caller's.
 */
void remote_set_listeners(struct remote *remote, struct listeners *listeners);

/* From now on clients may change these settings; NULL: none. They stay the caller's. */
void remote_set_parents(struct remote *remote, struct parents *parents);

/* From now on clients may have told stories rendered; NULL: none. It stays the caller's. */
void remote_set_recorder(struct remote *remote, struct recorder *recorder);

/* Fill in what to poll for; returns how many of at most REMOTE_POLLED. */
int remote_poll(const struct remote *remote, struct pollfd *polled);

/* Take what has come. Returns whether somebody asks for something: MESSAGE_TELL is to resume then,
 * and what is so already is not asked for. */
bool remote_take(struct remote *remote, struct message *message);

/* What the clients are told. */
void remote_state(struct remote *remote, enum remote_state state);
void remote_volume(struct remote *remote, int percent, int most);
/* A setting is not what parents wanted, for this reason. */
void remote_setting(struct remote *remote, const char *name, const char *problem);
/* A few words of our own, not of a story. */
void remote_note(struct remote *remote, const char *text);
/* A story begins. */
void remote_story(struct remote *remote, long number);
/* A part of the story was invented; is_end: with it, a sentence ends. */
void remote_expect(struct remote *remote, const char *text, bool is_end);
/* It was heard. */
void remote_text(struct remote *remote, const char *text);

#endif
