/* SPDX-License-Identifier: MIT */
/* What clients ask for: lists and sound at once, a story from the one who polls. */
#include <string.h>

#include "recorder.h"
#include "remote/remote_parts.h"

/* Of one list. Words are of at most 31 letters, so an event has room for them. */
#define OFFERED_WORDS 64

/* What a page offers to choose from: words that are drawn. */
static void send_lists(struct remote *remote, struct client *client) {
    static const struct {
        const char *name;
        enum list_kind kind;
    } OFFERED[] = {{"heroes", LIST_HEROES}, {"places", LIST_PLACES}, {"things", LIST_THINGS}};

    for (size_t i = 0; i < sizeof(OFFERED) / sizeof(OFFERED[0]); i++) {
        const struct list *list = words_list(remote->words, OFFERED[i].kind);
        size_t count = list->drawn < OFFERED_WORDS ? list->drawn : OFFERED_WORDS;

        event_begin(&remote->event, "list");
        event_text(&remote->event, "of", OFFERED[i].name, strlen(OFFERED[i].name));
        event_texts(&remote->event, "words", list->words, count);
        event_end(&remote->event);
        client_send(client, &remote->event);
    }
}

/* From here on, this client gets sound and nothing else, and is none of ours. */
static void let_listen(struct remote *remote, struct client *client) {
    if (remote->listeners == NULL) {
        remote_complain(remote, client, "there is no sound to listen to");
        return;
    }
    event_begin(&remote->event, "sound");
    event_end(&remote->event);
    client_send(client, &remote->event);
    if (client->file >= 0 && listeners_add(remote->listeners, client->file)) {
        client->file = -1;
    }
    client_drop(client);
}

/* Why a told story is not rendered now, or NULL: one that is being told has the processor. */
static const char *record_problem(const struct remote *remote, const char *seed) {
    if (remote->recorder == NULL) {
        return "stories are not saved as sound here";
    }
    if (remote->state == REMOTE_STARTING || remote->state == REMOTE_TELLING ||
        remote->state == REMOTE_LISTENING) {
        return "a story is being told: press Pause first";
    }
    return recorder_problem(remote->recorder, seed);
}

/* From here on, this client gets a told story as sound, and is none of ours. */
static void let_record(struct remote *remote, struct client *client, const char *seed) {
    const char *problem = record_problem(remote, seed);

    if (problem != NULL) {
        remote_complain(remote, client, problem);
        return;
    }
    event_begin(&remote->event, "sound");
    event_end(&remote->event);
    client_send(client, &remote->event);
    if (client->file >= 0) {
        recorder_start(remote->recorder, seed, client->file);
    }
    client_drop(client);
}

/* "tell" and "pause" say what is to be, however often they come. Returns whether it is not yet. */
static bool is_asked_for(const struct remote *remote, struct message *message) {
    if (message->verb == MESSAGE_TELL && remote->state != REMOTE_PAUSED) {
        message->verb = MESSAGE_NEXT;
        return remote->state != REMOTE_TELLING;
    }
    return message->verb != MESSAGE_PAUSE || remote->state == REMOTE_TELLING;
}

bool remote_take_line(struct remote *remote, struct client *client, size_t length,
                      struct message *message) {
    const char *problem = message_read(client->line, length, message);

    if (problem != NULL) {
        remote_complain(remote, client, problem);
        return false;
    }
    if (message->verb == MESSAGE_LISTS) {
        send_lists(remote, client);
        return false;
    }
    if (message->verb == MESSAGE_SOUND) {
        let_listen(remote, client);
        return false;
    }
    if (message->verb == MESSAGE_RECORD) {
        let_record(remote, client, message->about);
        return false;
    }
    if (remote_take_setting(remote, client, message)) {
        return false;
    }
    return is_asked_for(remote, message);
}
