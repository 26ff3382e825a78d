/* SPDX-License-Identifier: MIT */
/*
 * Sends any bytes to the storyteller's socket, as a client of it: whole lines and parts of them,
 * settings, times and words of parents. The first byte says how many bytes come first. Nothing is
 * kept. The clock stays, as it is set.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "parents.h"
#include "remote/remote.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz-lines-XXXXXX";
static struct remote *remote;
static struct settings settings;
static struct parents parents;

const struct voice VOICES[] = {{"slt", NULL, 1}, {"kal16", NULL, 1}, {NULL, NULL, 0}};

/* In the place of the system's: no input sets the clock of this machine. */
int settimeofday(const struct timeval *now, const struct timezone *zone) {
    (void)now;
    (void)zone;
    return -1;
}

static void complain(void *user, const struct complaint *complaint) {
    (void)user;
    (void)complaint;
}

static void clean_up(void) {
    remote_close(remote);
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    static const struct words_folders FOLDERS = {.ours = WORDS_FOLDER};
    static struct words *words;

    (void)count;
    (void)arguments;
    words = words_open(&FOLDERS, complain, NULL);
    parents.shelf = shelf_open(NULL, complain, NULL);
    if (words == NULL || parents.shelf == NULL || mkdtemp(path) == NULL || rmdir(path) != 0) {
        abort();
    }
    settings = settings_default();
    parents.settings = &settings;
    parents.own = settings;
    parents.on_card = 1u << settings_find("pitch");
    parents.voices = VOICES;
    parents.words = words;
    parents.folders = FOLDERS;
    remote = remote_open(path, words);
    if (remote == NULL) {
        abort();
    }
    remote_set_parents(remote, &parents);
    atexit(clean_up);
    return 0;
}

static int come(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, path, sizeof(path));
    if (connect(client, (struct sockaddr *)&address, sizeof(address)) != 0) {
        abort();
    }
    return client;
}

/* Whatever was asked for is text. */
static void take(void) {
    struct message message;

    while (remote_take(remote, &message)) {
        if (message.verb >= MESSAGE_VERBS ||
            memchr(message.about, '\0', sizeof(message.about)) == NULL) {
            abort();
        }
    }
}

/* Read what came, and look that each line of it is one object. */
static void check_answers(int client) {
    static char answer[1 << 18];
    ssize_t got, length = 0;

    while ((got = recv(client, answer + length, sizeof(answer) - (size_t)length, MSG_DONTWAIT)) >
           0) {
        length += got;
    }
    for (ssize_t at = 0; at < length;) {
        const char *end = memchr(answer + at, '\n', (size_t)(length - at));

        if (end == NULL || answer[at] != '{' || end[-1] != '}') {
            abort();
        }
        at = end + 1 - answer;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t first;
    int client;

    if (size < 1) {
        return 0;
    }
    first = data[0] % size;
    client = come();
    take();
    (void)send(client, data + 1, first, MSG_NOSIGNAL);
    take();
    (void)send(client, data + 1 + first, size - 1 - first, MSG_NOSIGNAL);
    take();
    shutdown(client, SHUT_WR);
    check_answers(client);
    /* The longest line is taken in one look; the last one finds that the client is gone. */
    for (size_t looks = 0; looks < size / 512 + 3; looks++) {
        take();
    }
    close(client);
    return 0;
}
