/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory/told_text.h"
#include "settings.h"

extern char **environ;

#define PROGRAM "/proc/self/exe"
#define NOTHING "/dev/null"

const char *recorder_problem(const struct recorder *recorder, const char *seed) {
    long number;
    FILE *text;

    if (recorder->folder == NULL || !settings_number(seed, 1, LONG_MAX, &number)) {
        return "there is no such story";
    }
    text = told_text_open(recorder->folder, (uint64_t)number);
    if (text == NULL) {
        return "the text of this story is no longer there";
    }
    fclose(text);
    return NULL;
}

static void start(struct recorder *recorder, char **words, int file) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;

    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files) != 0) {
        return;
    }
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return;
    }
    if (posix_spawn_file_actions_adddup2(&files, file, STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, NOTHING, O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, NOTHING, O_WRONLY, 0) != 0 ||
        posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK) != 0 ||
        posix_spawnattr_setsigmask(&how, &none) != 0 ||
        posix_spawn(&recorder->pid, PROGRAM, &files, &how, words, environ) != 0) {
        recorder->pid = 0;
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
}

void recorder_stop(struct recorder *recorder) {
    if (recorder->pid > 0) {
        kill(recorder->pid, SIGKILL);
        waitpid(recorder->pid, NULL, 0);
    }
    recorder->pid = 0;
}

void recorder_start(struct recorder *recorder, const char *seed, int file) {
    static char option[] = "--read-out";
    size_t count = 0;
    char **words;

    recorder_stop(recorder);
    while (recorder->words[count] != NULL) {
        count++;
    }
    words = calloc(count + 3, sizeof(*words));
    if (words == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = recorder->words[i];
    }
    words[count] = option;
    words[count + 1] = (char *)(size_t)seed;
    start(recorder, words, file);
    free(words);
}
