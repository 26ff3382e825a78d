/* SPDX-License-Identifier: MIT */
/*
 * Sends any bytes to the server as a browser's, and any bytes as the storyteller's: the first byte
 * of the input says how many of it the storyteller says. The server must answer or close, and be
 * there for the next one.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server.h"
#include "telling.h"

#define ADDRESS "127.0.0.1"
#define CLIENTS 8

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/fuzz-request-XXXXXX", path[64];
static struct server server = {.hosts = {.address = ADDRESS}, .socket = path, .files = folder};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint8_t said[UINT8_MAX];
static size_t said_bytes;

/* A storyteller that says that, listens to one line, and goes. */
static void *tell(void *user) {
    int door = *(int *)user, client;
    char line[TELLING_LINE_BYTES + 1];

    while ((client = accept(door, NULL, NULL)) >= 0) {
        pthread_mutex_lock(&mutex);
        (void)send(client, said, said_bytes, MSG_NOSIGNAL);
        pthread_mutex_unlock(&mutex);
        (void)recv(client, line, sizeof(line), MSG_DONTWAIT);
        close(client);
    }
    return NULL;
}

static int open_door(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int door = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(path, sizeof(path), "%s/socket", folder);
    memcpy(address.sun_path, path, sizeof(path));
    if (bind(door, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(door, CLIENTS) != 0) {
        abort();
    }
    return door;
}

static void clean_up(void) {
    unlink(path);
    rmdir(folder);
}

/* A port that nobody uses now. */
static uint16_t free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int probe = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, ADDRESS, &address.sin_addr);
    if (bind(probe, (struct sockaddr *)&address, length) != 0 ||
        getsockname(probe, (struct sockaddr *)&address, &length) != 0) {
        abort();
    }
    close(probe);
    return ntohs(address.sin_port);
}

int LLVMFuzzerInitialize(int *count, char ***words) {
    static int door;
    static const char *const NAMES[] = {"board"};
    pthread_t teller;

    (void)count;
    (void)words;
    if (mkdtemp(folder) == NULL) {
        abort();
    }
    door = open_door();
    atexit(clean_up);
    server.data = folder;
    server.hosts.more = NAMES; /* a name that every input can have, whatever the port is */
    server.hosts.count = 1;
    server.hosts.port = free_port();
    if (pthread_create(&teller, NULL, tell, &door) != 0 || server_start(&server) == NULL) {
        abort();
    }
    return 0;
}

static void ask(const uint8_t *data, size_t size) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server.hosts.port)};
    /* Gone at once, and no port of the machine is used up. */
    const struct linger none = {.l_onoff = 1};
    char answer[4096];
    int browser = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, ADDRESS, &address.sin_addr);
    setsockopt(browser, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    if (connect(browser, (struct sockaddr *)&address, sizeof(address)) != 0) {
        abort();
    }
    (void)send(browser, data, size, MSG_NOSIGNAL);
    shutdown(browser, SHUT_WR);
    while (recv(browser, answer, sizeof(answer), 0) > 0) {
        continue;
    }
    close(browser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t length = size > 0 ? data[0] : 0;

    if (size < 1 || size - 1 < length) {
        return 0;
    }
    pthread_mutex_lock(&mutex);
    memcpy(said, data + 1, length);
    said_bytes = length;
    pthread_mutex_unlock(&mutex);
    ask(data + 1 + length, size - 1 - length);
    return 0;
}
