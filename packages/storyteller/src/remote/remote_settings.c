/* SPDX-License-Identifier: MIT */
/* What parents may set through a client, and what holds. */
#include <string.h>

#include "parents.h"
#include "remote/remote_parts.h"

#define VOICES_OFFERED 16

void remote_send_setting(struct remote *remote, int number, const char *problem) {
    const char *source = parents_source(remote->parents, number), *name = settings_name(number);
    char value[SETTINGS_VALUE_BYTES];

    settings_value(remote->parents->settings, number, value);
    event_begin(&remote->event, "setting");
    event_text(&remote->event, "name", name, strlen(name));
    event_text(&remote->event, "value", value, strlen(value));
    event_text(&remote->event, "from", source, strlen(source));
    if (problem != NULL) {
        event_text(&remote->event, "problem", problem, strlen(problem));
    }
    event_end(&remote->event);
    clients_send(&remote->clients, &remote->event);
}

/* What parents added to a list, to all. problem: why nothing changed, or NULL. */
static void send_own(struct remote *remote, enum own_kind kind, const char *problem) {
    const char *name = own_words_name(kind), *source = parents_words_source(remote->parents, kind);
    struct own_words own;

    own_words_read(remote->parents->shelf, kind, &own);
    event_begin(&remote->event, "own");
    event_text(&remote->event, "of", name, strlen(name));
    event_texts(&remote->event, "words", own.words, own.count);
    event_text(&remote->event, "from", source, strlen(source));
    if (problem != NULL) {
        event_text(&remote->event, "problem", problem, strlen(problem));
    }
    event_end(&remote->event);
    clients_send(&remote->clients, &remote->event);
}

static void send_voices(struct remote *remote) {
    char *names[VOICES_OFFERED];
    size_t count = 0;

    for (const struct voice *voice = remote->parents->voices;
         voice->name != NULL && count < VOICES_OFFERED; voice++) {
        names[count++] = (char *)voice->name; /* nobody writes to it */
    }
    event_begin(&remote->event, "voices");
    event_texts(&remote->event, "words", names, count);
    event_end(&remote->event);
    clients_send(&remote->clients, &remote->event);
}

static void send_settings(struct remote *remote) {
    send_voices(remote);
    for (int i = 0; PARENTS_SETTINGS[i] != NULL; i++) {
        remote_send_setting(remote, settings_find(PARENTS_SETTINGS[i]), NULL);
    }
    for (int kind = 0; kind < OWN_KINDS; kind++) {
        send_own(remote, (enum own_kind)kind, NULL);
    }
}

static void change_words(struct remote *remote, struct client *client,
                         const struct message *message) {
    char problem[SETTINGS_PROBLEM_BYTES];
    enum own_kind kind;
    bool is_changed = message->verb == MESSAGE_ADD
                          ? parents_add(remote->parents, message->about, &kind, problem)
                          : parents_remove(remote->parents, message->about, &kind, problem);

    if (kind != OWN_KINDS) {
        send_own(remote, kind, is_changed ? NULL : problem);
    } else {
        remote_complain(remote, client, problem);
    }
}

static void set(struct remote *remote, struct client *client, const char *line) {
    char problem[SETTINGS_PROBLEM_BYTES];
    bool is_set = parents_set(remote->parents, line, problem);
    int number = settings_find(line);

    if (number >= 0) {
        remote_send_setting(remote, number, is_set ? NULL : problem);
    } else {
        remote_complain(remote, client, problem);
    }
}

bool remote_take_setting(struct remote *remote, struct client *client,
                         const struct message *message) {
    if (message->verb < MESSAGE_SETTINGS || message->verb > MESSAGE_TIME) {
        return false;
    }
    if (remote->parents == NULL) {
        remote_complain(remote, client, "nothing can be set here");
    } else if (message->verb == MESSAGE_SETTINGS) {
        send_settings(remote);
    } else if (message->verb == MESSAGE_SET) {
        set(remote, client, message->about);
    } else if (message->verb == MESSAGE_ADD || message->verb == MESSAGE_REMOVE) {
        change_words(remote, client, message);
    } else if (!parents_set_clock(remote->parents, message->about)) {
        remote_complain(remote, client, "\"about\" must be a time");
    }
    return true;
}
