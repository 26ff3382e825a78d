/* SPDX-License-Identifier: MIT */
#include "inputs/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/usr/libexec/listen"
/* The lists on the card's first partition come before the image's own. */
#define CARD_WORDS "/boot/words"
#define OWN_WORDS "/usr/share/storyteller/words"
/* 4 s of listening, and time to think. What takes longer hangs. */
#define LONGEST_MS 15000
/* Of 100: less is asked once more. */
#define SURE 60
/* The recogniser's status where no sound card records: asking again would be of no use. */
#define STATUS_NO_MICROPHONE 3

extern char **environ;

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* The program's name; for tests, below $TEST_ROOT. */
static void find_program(char *path, size_t size) {
    const char *root = getenv("TEST_ROOT");

    snprintf(path, size, "%s%s", root != NULL ? root : "", PROGRAM);
}

static pid_t start(int in, int out, bool is_answer) {
    char path[256];
    char *words[] = {path, "--words", CARD_WORDS, "--words", OWN_WORDS, NULL, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;

    find_program(path, sizeof(path));
    if (is_answer) {
        words[5] = "--answer";
    }
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return 0;
    }
    if (posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) != 0 ||
        posix_spawn(&pid, path, &actions, NULL, words, environ) != 0) {
        pid = 0;
    }
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* A pipe that no other program inherits. */
static bool make_pipe(int ends[2]) {
    if (pipe(ends) != 0) {
        return false;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

bool listening_begin(struct listening *listening, bool is_answer, int64_t now_ms) {
    int release[2] = {-1, -1}, answer[2] = {-1, -1};

    listening_stop(listening);
    if (make_pipe(release) && make_pipe(answer)) {
        listening->pid = start(release[0], answer[1], is_answer);
    }
    close_fd(&release[0]);
    close_fd(&answer[1]);
    if (listening->pid == 0) {
        close_fd(&release[1]);
        close_fd(&answer[0]);
        return false;
    }
    listening->release = release[1];
    listening->answer = answer[0];
    listening->end_ms = now_ms + LONGEST_MS;
    listening->length = 0;
    fcntl(listening->answer, F_SETFL, O_NONBLOCK);
    return true;
}

void listening_release(struct listening *listening) {
    if (listening->pid != 0) {
        close_fd(&listening->release);
    }
}

/* Forget the process, which has ended its answer, or else is killed; returns its status, as wait
 * does. */
static int reap(struct listening *listening, bool has_answered) {
    int status = 0;

    close_fd(&listening->release);
    close_fd(&listening->answer);
    if (!has_answered) {
        kill(listening->pid, SIGKILL);
    }
    while (waitpid(listening->pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    listening->pid = 0;
    return status;
}

void listening_stop(struct listening *listening) {
    if (listening->pid != 0) {
        reap(listening, false);
    }
}

/* Take the next of the answer's words, which tabs divide. */
static bool take_word(char **rest, char word[TOPIC_BYTES]) {
    char *next = strsep(rest, "\t");

    if (next == NULL || strlen(next) >= TOPIC_BYTES) {
        return false;
    }
    strcpy(word, next);
    return true;
}

/* Hero, place, thing, confidence. Anything else is no answer, and leaves the request empty. */
static void understand(char *line, struct request *request) {
    struct topic topic = {.hero = ""};
    char confidence[TOPIC_BYTES];
    char *rest = line;

    line[strcspn(line, "\n")] = '\0';
    if (!take_word(&rest, topic.hero) || !take_word(&rest, topic.place) ||
        !take_word(&rest, topic.thing) || !take_word(&rest, confidence) || rest != NULL) {
        return;
    }
    request->topic = topic;
    request->is_sure = atoi(confidence) >= SURE;
}

/* Whether the answer has ended: the process has closed its output. */
static bool read_answer(struct listening *listening) {
    size_t room = sizeof(listening->line) - 1 - listening->length;
    char waste[64];
    ssize_t got;

    if (room > 0) {
        got = read(listening->answer, listening->line + listening->length, room);
    } else {
        got = read(listening->answer, waste, sizeof(waste));
    }
    if (got > 0 && room > 0) {
        listening->length += (size_t)got;
    }
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

bool listening_take(struct listening *listening, int64_t now_ms, struct request *request) {
    bool has_answered;
    int status;

    if (listening->pid == 0) {
        return false;
    }
    has_answered = read_answer(listening);
    if (!has_answered && now_ms < listening->end_ms) {
        return false;
    }
    status = reap(listening, has_answered);
    *request = (struct request){.kind = REQUEST_STORY};
    listening->line[listening->length] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        understand(listening->line, request);
    } else {
        request->is_sure = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NO_MICROPHONE;
    }
    return true;
}
