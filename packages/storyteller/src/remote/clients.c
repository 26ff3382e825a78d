/* SPDX-License-Identifier: MIT */
#include "remote/clients.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel keeps for a client that does not read; a minute of a story. */
#define UNREAD_BYTES 65536

void client_drop(struct client *client) {
    if (client->file >= 0) {
        close(client->file);
    }
    client->file = -1;
    client->length = 0;
}

/* What does not fit at once would have to wait: such a client is dropped. One that went away may
 * have said something before: client_read() drops it. */
void client_send(struct client *client, const struct event *event) {
    ssize_t sent;

    if (client->file < 0 || event->is_cut) {
        return;
    }
    sent = send(client->file, event->line, event->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != (ssize_t)event->length && !(sent < 0 && errno == EPIPE)) {
        client_drop(client);
    }
}

void clients_send(struct clients *clients, const struct event *event) {
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        client_send(&clients->each[i], event);
    }
}

bool client_read(struct client *client) {
    size_t room = CLIENT_LINE_BYTES - client->length;
    ssize_t got;

    if (room == 0) {
        return false;
    }
    got = recv(client->file, client->line + client->length, room, MSG_DONTWAIT);
    if (got > 0) {
        client->length += (size_t)got;
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        client_drop(client);
    }
    return true;
}

bool client_has_line(const struct client *client, size_t *length) {
    const char *end = memchr(client->line, '\n', client->length);

    *length = end != NULL ? (size_t)(end - client->line) : 0;
    return end != NULL;
}

void client_end_line(struct client *client, size_t length) {
    client->length -= length + 1;
    memmove(client->line, client->line + length + 1, client->length);
}

static bool make_private(int file) {
    return fcntl(file, F_SETFD, FD_CLOEXEC) == 0 && fcntl(file, F_SETFL, O_NONBLOCK) == 0;
}

struct client *clients_let_in(struct clients *clients) {
    int file = accept(clients->door, NULL, NULL);
    int unread = UNREAD_BYTES;

    if (file < 0) {
        return NULL;
    }
    for (int i = 0; i < CLIENTS_AT_MOST && make_private(file); i++) {
        struct client *client = &clients->each[i];

        if (client->file < 0) {
            client->file = file;
            setsockopt(file, SOL_SOCKET, SO_SNDBUF, &unread, sizeof(unread));
            return client;
        }
    }
    close(file);
    return NULL;
}

int clients_poll(const struct clients *clients, struct pollfd polled[CLIENTS_POLLED]) {
    int count = 0;

    polled[count++] = (struct pollfd){.fd = clients->door, .events = POLLIN};
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        if (clients->each[i].file >= 0) {
            polled[count++] = (struct pollfd){.fd = clients->each[i].file, .events = POLLIN};
        }
    }
    return count;
}

bool clients_has_come(const struct pollfd *polled, int count, int file) {
    for (int i = 0; i < count; i++) {
        if (polled[i].fd == file) {
            return polled[i].revents != 0;
        }
    }
    return false;
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
static bool open_door(struct clients *clients) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, clients->path, sizeof(clients->path));
    return make_room(clients->path) &&
           bind(clients->door, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
           chmod(clients->path, S_IRUSR | S_IWUSR) == 0 &&
           listen(clients->door, CLIENTS_AT_MOST) == 0;
}

bool clients_open(struct clients *clients, const char *path) {
    memset(clients, 0, sizeof(*clients));
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        clients->each[i].file = -1;
    }
    if (strlen(path) >= sizeof(clients->path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(clients->path, path, strlen(path) + 1);
    clients->door = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (clients->door < 0) {
        return false;
    }
    if (!open_door(clients)) {
        int reason = errno;

        close(clients->door);
        errno = reason;
        return false;
    }
    return true;
}

void clients_close(struct clients *clients) {
    for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        client_drop(&clients->each[i]);
    }
    close(clients->door);
    unlink(clients->path);
}
