/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* POLLRDHUP */
#include "telling.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LET_IN_MS 5000
#define GREETING_BYTES 256
/* Of a line, as much as tells what it is. */
#define BEGINNING_BYTES 256

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

ssize_t telling_read(int file, int browser, char *to, size_t size, int timeout_ms) {
    struct pollfd polled[] = {{.fd = file, .events = POLLIN}, {.fd = browser, .events = POLLRDHUP}};
    ssize_t got;

    if (poll(polled, sizeof(polled) / sizeof(polled[0]), timeout_ms) <= 0) {
        return 0;
    }
    if (polled[0].revents == 0) {
        return -1;
    }
    got = recv(file, to, size, 0);
    if (got > 0) {
        return got;
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* Connect and send a line. Returns the socket, or -1. */
static int connect_and_send(const char *path, const char *line) {
    int file = connect_to(path);

    if (file >= 0 && send(file, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line)) {
        close(file);
        return -1;
    }
    return file;
}

int telling_follow(const char *path) {
    return connect_and_send(path, "{\"do\":\"lists\"}\n");
}

/* Take what is there up to the end of a line, and not a byte of what comes after it. Returns how
 * many bytes; at most `size`, 0 at an error. */
static size_t take_line(int file, char *to, size_t size) {
    struct pollfd polled = {.fd = file, .events = POLLIN};
    ssize_t there = poll(&polled, 1, LET_IN_MS) > 0 ? recv(file, to, size, MSG_PEEK) : 0;
    const char *end = there > 0 ? memchr(to, '\n', (size_t)there) : NULL;
    ssize_t taken = end != NULL ? end + 1 - to : there;

    return taken > 0 && recv(file, to, (size_t)taken, 0) == taken ? (size_t)taken : 0;
}

/* What an error says, up to a quotation mark, which those that come here have none of. */
static void note_problem(const char *line, char problem[TELLING_PROBLEM_BYTES]) {
    static const char PROBLEM[] = "\"problem\":\"";
    const char *text = strstr(line, PROBLEM);

    if (text != NULL) {
        text += strlen(PROBLEM);
        snprintf(problem, TELLING_PROBLEM_BYTES, "%.*s", (int)strcspn(text, "\""), text);
    }
}

/* The greeting, with the story so far, comes before the answer. problem: what an error says. */
static bool await_sound(int file, char problem[TELLING_PROBLEM_BYTES]) {
    static const char SOUND[] = "{\"event\":\"sound\"", ERROR[] = "{\"event\":\"error\"";
    char part[BEGINNING_BYTES];
    bool is_beginning = true;
    size_t taken;

    while ((taken = take_line(file, part, sizeof(part) - 1)) > 0) {
        part[taken] = '\0';
        if (is_beginning && taken > strlen(ERROR) && memcmp(part, ERROR, strlen(ERROR)) == 0) {
            note_problem(part, problem);
            return false;
        }
        if (is_beginning && taken > strlen(SOUND) && memcmp(part, SOUND, strlen(SOUND)) == 0) {
            return true;
        }
        is_beginning = part[taken - 1] == '\n';
    }
    return false;
}

/* Ask for sound of some kind, and wait for its beginning. */
static int ask_for_sound(const char *path, const char *line, char problem[TELLING_PROBLEM_BYTES]) {
    int file = connect_and_send(path, line);

    if (file >= 0 && !await_sound(file, problem)) {
        close(file);
        return -1;
    }
    return file;
}

int telling_listen(const char *path) {
    char problem[TELLING_PROBLEM_BYTES];

    return ask_for_sound(path, "{\"do\":\"sound\"}\n", problem);
}

int telling_record(const char *path, const char *seed, char problem[TELLING_PROBLEM_BYTES]) {
    char line[TELLING_LINE_BYTES];

    snprintf(problem, TELLING_PROBLEM_BYTES, "nobody tells stories now");
    snprintf(line, sizeof(line), "{\"do\":\"record\",\"about\":\"%s\"}\n", seed);
    return ask_for_sound(path, line, problem);
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
    ok = telling_read(file, -1, greeting, sizeof(greeting), LET_IN_MS) > 0 &&
         send(file, whole, length + 1, MSG_NOSIGNAL) == (ssize_t)length + 1;
    close(file);
    return ok;
}
