/* SPDX-License-Identifier: MIT */
#include "telling.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LET_IN_MS 2000
#define GREETING_BYTES 256

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) {
        return -1;
    }
    if (connect(file, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        close(file);
        return -1;
    }
    return file;
}

ssize_t telling_read(int file, char *to, size_t size, int timeout_ms) {
    struct pollfd polled = {.fd = file, .events = POLLIN};
    ssize_t got;

    if (poll(&polled, 1, timeout_ms) <= 0) {
        return 0;
    }
    got = recv(file, to, size, 0);
    if (got > 0) {
        return got;
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

int telling_follow(const char *path) {
    static const char LISTS[] = "{\"do\":\"lists\"}\n";
    int file = connect_to(path);

    if (file >= 0 && send(file, LISTS, strlen(LISTS), MSG_NOSIGNAL) != (ssize_t)strlen(LISTS)) {
        close(file);
        return -1;
    }
    return file;
}

bool telling_ask(const char *path, const char *line, size_t length) {
    char greeting[GREETING_BYTES], whole[TELLING_LINE_BYTES + 1];
    int file = connect_to(path);
    bool ok;

    if (file < 0) {
        return false;
    }
    length = length < TELLING_LINE_BYTES ? length : TELLING_LINE_BYTES;
    memcpy(whole, line, length);
    whole[length] = '\n';
    /* One client too many would be sent away after the line, and the line be lost. */
    ok = telling_read(file, greeting, sizeof(greeting), LET_IN_MS) > 0 &&
         send(file, whole, length + 1, MSG_NOSIGNAL) == (ssize_t)length + 1;
    close(file);
    return ok;
}
