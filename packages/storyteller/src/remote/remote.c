/* SPDX-License-Identifier: MIT */
#include "remote/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "parents.h"
#include "recorder.h"
#include "remote/event.h"
#include "remote/message.h"
#include "remote/transcript.h"

/* Longest line of a client, with its end mark. A request of 159 bytes fits however it is escaped.
 */
#define LINE_BYTES 1024
/* What the kernel keeps for a client that does not read; a minute of a story. */
#define UNREAD_BYTES 65536
/* Of a story's text in one event: room for each byte to be escaped, and for what is around it. */
#define PART_BYTES 512
/* Of one list. Words are of at most 31 letters, so an event has room for them. */
#define OFFERED_WORDS 64
#define VOICES_OFFERED 16
#define PROTOCOL 3

static const char *const STATES[] = {
    [REMOTE_STARTING] = "starting", [REMOTE_TELLING] = "telling",     [REMOTE_PAUSED] = "paused",
    [REMOTE_READY] = "ready",       [REMOTE_LISTENING] = "listening", [REMOTE_ASLEEP] = "asleep",
};

struct client {
    int file; /* -1: nobody */
    char line[LINE_BYTES];
    size_t length;
};

struct remote {
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int door;
    struct client clients[REMOTE_CLIENTS];
    const struct words *words;
    struct listeners *listeners; /* NULL: there is nothing to listen to */
    struct parents *parents;     /* NULL: nothing can be set */
    struct recorder *recorder;   /* NULL: nothing is rendered */
    enum remote_state state;
    int volume, most_volume;
    long number;
    struct transcript transcript;
    struct event event;
};

static void drop(struct client *client) {
    if (client->file >= 0) {
        close(client->file);
    }
    client->file = -1;
    client->length = 0;
}

/* What does not fit at once would have to wait: such a client is dropped. One that went away may
 * have said something before: read_from() drops it. */
static void send_to(struct remote *remote, struct client *client) {
    const struct event *event = &remote->event;
    ssize_t sent;

    if (client->file < 0 || event->is_cut) {
        return;
    }
    sent = send(client->file, event->line, event->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != (ssize_t)event->length && !(sent < 0 && errno == EPIPE)) {
        drop(client);
    }
}

static void send_to_all(struct remote *remote) {
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        send_to(remote, &remote->clients[i]);
    }
}

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
            send_to(remote, client);
        } else {
            send_to_all(remote);
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
    send_to(remote, client);
    make_volume(remote);
    send_to(remote, client);
    if (remote->number > 0) {
        make_story(remote);
        send_to(remote, client);
        send_heard(remote, 0, client);
    }
    make_state(remote);
    send_to(remote, client);
}

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
        send_to(remote, client);
    }
}

static void complain(struct remote *remote, struct client *client, const char *problem) {
    event_begin(&remote->event, "error");
    event_text(&remote->event, "problem", problem, strlen(problem));
    event_end(&remote->event);
    send_to(remote, client);
}

/* From here on, this client gets sound and nothing else, and is none of ours. */
static void let_listen(struct remote *remote, struct client *client) {
    if (remote->listeners == NULL) {
        complain(remote, client, "there is no sound to listen to");
        return;
    }
    event_begin(&remote->event, "sound");
    event_end(&remote->event);
    send_to(remote, client);
    if (client->file >= 0 && listeners_add(remote->listeners, client->file)) {
        client->file = -1;
    }
    drop(client);
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
        complain(remote, client, problem);
        return;
    }
    event_begin(&remote->event, "sound");
    event_end(&remote->event);
    send_to(remote, client);
    if (client->file >= 0) {
        recorder_start(remote->recorder, seed, client->file);
    }
    drop(client);
}

/* A setting, to all: so each page shows what holds. problem: why it is not another one, or NULL. */
static void send_setting(struct remote *remote, int number, const char *problem) {
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
    send_to_all(remote);
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
    send_to_all(remote);
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
    send_to_all(remote);
}

static void send_settings(struct remote *remote) {
    send_voices(remote);
    for (int i = 0; PARENTS_SETTINGS[i] != NULL; i++) {
        send_setting(remote, settings_find(PARENTS_SETTINGS[i]), NULL);
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
        complain(remote, client, problem);
    }
}

static void set(struct remote *remote, struct client *client, const char *line) {
    char problem[SETTINGS_PROBLEM_BYTES];
    bool is_set = parents_set(remote->parents, line, problem);
    int number = settings_find(line);

    if (number >= 0) {
        send_setting(remote, number, is_set ? NULL : problem);
    } else {
        complain(remote, client, problem);
    }
}

/* What is for parents. Returns whether it was. */
static bool take_setting(struct remote *remote, struct client *client,
                         const struct message *message) {
    if (message->verb < MESSAGE_SETTINGS || message->verb > MESSAGE_TIME) {
        return false;
    }
    if (remote->parents == NULL) {
        complain(remote, client, "nothing can be set here");
    } else if (message->verb == MESSAGE_SETTINGS) {
        send_settings(remote);
    } else if (message->verb == MESSAGE_SET) {
        set(remote, client, message->about);
    } else if (message->verb == MESSAGE_ADD || message->verb == MESSAGE_REMOVE) {
        change_words(remote, client, message);
    } else if (!parents_set_clock(remote->parents, message->about)) {
        complain(remote, client, "\"about\" must be a time");
    }
    return true;
}

/* "tell" and "pause" say what is to be, however often they come. Returns whether it is not yet. */
static bool is_asked_for(const struct remote *remote, struct message *message) {
    if (message->verb == MESSAGE_TELL && remote->state != REMOTE_PAUSED) {
        message->verb = MESSAGE_NEXT;
        return remote->state != REMOTE_TELLING;
    }
    return message->verb != MESSAGE_PAUSE || remote->state == REMOTE_TELLING;
}

/* Returns whether the line asks for something. */
static bool take_line(struct remote *remote, struct client *client, size_t length,
                      struct message *message) {
    const char *problem = message_read(client->line, length, message);

    if (problem != NULL) {
        complain(remote, client, problem);
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
    if (take_setting(remote, client, message)) {
        return false;
    }
    return is_asked_for(remote, message);
}

/* Take whole lines of what a client has sent. Returns whether one asks for something. */
static bool take_lines(struct remote *remote, struct client *client, struct message *message) {
    bool is_taken = false;
    const char *end;

    while (!is_taken && (end = memchr(client->line, '\n', client->length)) != NULL) {
        size_t length = (size_t)(end - client->line), used = length + 1;

        is_taken = take_line(remote, client, length, message);
        if (client->file < 0) {
            break;
        }
        client->length -= used;
        memmove(client->line, client->line + used, client->length);
    }
    return is_taken;
}

/* A line that is too long comes from nobody whom we know. What a client said before it went away
 * still counts; it is dropped when all was taken. */
static void read_from(struct remote *remote, struct client *client) {
    size_t room = LINE_BYTES - client->length;
    ssize_t got =
        room > 0 ? recv(client->file, client->line + client->length, room, MSG_DONTWAIT) : 0;

    if (room == 0) {
        complain(remote, client, "a line that is too long");
        drop(client);
    } else if (got > 0) {
        client->length += (size_t)got;
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop(client);
    }
}

static bool make_private(int file) {
    return fcntl(file, F_SETFD, FD_CLOEXEC) == 0 && fcntl(file, F_SETFL, O_NONBLOCK) == 0;
}

/* One more than there is room for is sent away. */
static void let_in(struct remote *remote) {
    int file = accept(remote->door, NULL, NULL);
    int unread = UNREAD_BYTES;

    if (file < 0) {
        return;
    }
    for (int i = 0; i < REMOTE_CLIENTS && make_private(file); i++) {
        struct client *client = &remote->clients[i];

        if (client->file < 0) {
            client->file = file;
            setsockopt(file, SOL_SOCKET, SO_SNDBUF, &unread, sizeof(unread));
            greet(remote, client);
            return;
        }
    }
    close(file);
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
    int count = 0;

    if (remote == NULL) {
        return 0;
    }
    polled[count++] = (struct pollfd){.fd = remote->door, .events = POLLIN};
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        if (remote->clients[i].file >= 0) {
            polled[count++] = (struct pollfd){.fd = remote->clients[i].file, .events = POLLIN};
        }
    }
    return count;
}

static bool has_come(const struct pollfd *polled, int count, int file) {
    for (int i = 0; i < count; i++) {
        if (polled[i].fd == file) {
            return polled[i].revents != 0;
        }
    }
    return false;
}

bool remote_take(struct remote *remote, struct message *message) {
    struct pollfd polled[REMOTE_POLLED];
    int count = remote_poll(remote, polled);

    if (remote == NULL) {
        return false;
    }
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        if (take_lines(remote, &remote->clients[i], message)) {
            return true;
        }
    }
    if (poll(polled, (nfds_t)count, 0) <= 0) {
        return false;
    }
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        struct client *client = &remote->clients[i];

        if (client->file >= 0 && has_come(polled, count, client->file)) {
            read_from(remote, client);
        }
    }
    if (has_come(polled, count, remote->door)) {
        let_in(remote);
    }
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        if (take_lines(remote, &remote->clients[i], message)) {
            return true;
        }
    }
    return false;
}

void remote_state(struct remote *remote, enum remote_state state) {
    if (remote == NULL || remote->state == state) {
        return;
    }
    remote->state = state;
    make_state(remote);
    send_to_all(remote);
}

void remote_volume(struct remote *remote, int percent, int most) {
    if (remote == NULL) {
        return;
    }
    remote->volume = percent;
    remote->most_volume = most;
    make_volume(remote);
    send_to_all(remote);
}

void remote_setting(struct remote *remote, const char *name, const char *problem) {
    if (remote != NULL && remote->parents != NULL) {
        send_setting(remote, settings_find(name), problem);
    }
}

void remote_note(struct remote *remote, const char *text) {
    if (remote == NULL) {
        return;
    }
    event_begin(&remote->event, "note");
    event_text(&remote->event, "text", text, strlen(text));
    event_end(&remote->event);
    send_to_all(remote);
}

void remote_story(struct remote *remote, long number) {
    if (remote == NULL) {
        return;
    }
    remote->number = number;
    transcript_clear(&remote->transcript);
    make_story(remote);
    send_to_all(remote);
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

/* A path that something else uses is left alone. */
static bool make_room(const char *path) {
    struct stat found;

    if (lstat(path, &found) != 0) {
        return errno == ENOENT;
    }
    if (!S_ISSOCK(found.st_mode)) {
        errno = EEXIST;
        return false;
    }
    return unlink(path) == 0;
}

/* Nobody can connect before listen(). */
static bool open_door(struct remote *remote) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, remote->path, sizeof(remote->path));
    remote->door = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return remote->door >= 0 && make_room(remote->path) &&
           bind(remote->door, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           chmod(remote->path, S_IRUSR | S_IWUSR) == 0 && listen(remote->door, REMOTE_CLIENTS) == 0;
}

struct remote *remote_open(const char *path, const struct words *words) {
    struct remote *remote;

    if (strlen(path) >= sizeof(remote->path)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    remote = calloc(1, sizeof(*remote));
    if (remote == NULL) {
        return NULL;
    }
    remote->words = words;
    memcpy(remote->path, path, strlen(path) + 1);
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        remote->clients[i].file = -1;
    }
    if (!open_door(remote)) {
        int reason = errno;

        if (remote->door >= 0) {
            close(remote->door);
        }
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
    for (int i = 0; i < REMOTE_CLIENTS; i++) {
        drop(&remote->clients[i]);
    }
    close(remote->door);
    unlink(remote->path);
    free(remote);
}
