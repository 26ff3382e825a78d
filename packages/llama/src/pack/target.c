/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

static const char PATTERN[] = ".XXXXXX";
/* For the signal handler. */
static char *volatile unfinished;

static void remove_unfinished(int number) {
    if (unfinished != NULL) {
        (void)unlink(unfinished);
    }
    /* The program ends as it would have without us. */
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void watch_signals(void) {
    static const int ENDS[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    struct sigaction action = {.sa_handler = remove_unfinished};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        struct sigaction old;
        if (sigaction(ENDS[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            (void)sigaction(ENDS[i], &action, NULL);
        }
    }
    action = (struct sigaction){.sa_handler = SIG_IGN}; /* a limit is an error of write() */
    (void)sigaction(SIGXFSZ, &action, NULL);
}

static bool cannot_write(const char *path, struct llama_error *error) {
    return fail(error, "%s: cannot be written: %s", path_tail(path), strerror(errno));
}

/* Whether what is there may be replaced. */
static bool check(const char *path, const struct file *const *inputs, int count,
                  struct llama_error *error) {
    struct stat there, input;
    if (stat(path, &there) != 0) {
        return errno == ENOENT || cannot_write(path, error);
    }
    if (!S_ISREG(there.st_mode)) {
        return fail(error, "%s: is not a regular file, and is not replaced", path_tail(path));
    }
    for (int i = 0; i < count; i++) {
        if (fstat(inputs[i]->fd, &input) == 0 && input.st_dev == there.st_dev &&
            input.st_ino == there.st_ino) {
            return fail(error, "%s: is the input %s itself, and is not replaced", path_tail(path),
                        strrchr(inputs[i]->name, '/') != NULL ? strrchr(inputs[i]->name, '/') + 1
                                                              : inputs[i]->name);
        }
    }
    return true;
}

/* The path that a link leads to; one that leads nowhere is refused. */
static char *resolve(const char *path, struct llama_error *error) {
    struct stat link;
    if (lstat(path, &link) != 0 || !S_ISLNK(link.st_mode)) {
        return strdup(path);
    }
    char *resolved = realpath(path, NULL);
    if (resolved == NULL) {
        cannot_write(path, error);
    }
    return resolved;
}

/* An empty file of a name that nobody else has, with the rights that any new file has. */
static bool make(struct target *target, struct llama_error *error) {
    size_t size = strlen(target->path) + sizeof PATTERN;
    target->temporary = malloc(size);
    if (target->temporary == NULL) {
        return fail(error, "not enough memory");
    }
    snprintf(target->temporary, size, "%s%s", target->path, PATTERN);
    int fd = mkstemp(target->temporary);
    if (fd < 0) {
        free(target->temporary);
        target->temporary = NULL;
        return cannot_write(target->path, error);
    }
    unfinished = target->temporary;
    mode_t mask = umask(0);
    (void)umask(mask);
    bool good = fchmod(fd, 0666 & ~mask) == 0;
    return (close(fd) == 0 && good) || cannot_write(target->path, error);
}

bool target_open(struct target *target, const char *path, const struct file *const *inputs,
                 int count, struct llama_error *error) {
    *target = (struct target){0};
    if (!check(path, inputs, count, error)) {
        return false;
    }
    target->path = resolve(path, error);
    watch_signals();
    return target->path != NULL && make(target, error);
}

bool target_keep(struct target *target, struct llama_error *error) {
    if (rename(target->temporary, target->path) != 0) {
        return cannot_write(target->path, error);
    }
    unfinished = NULL;
    free(target->temporary);
    target->temporary = NULL;
    return true;
}

void target_close(struct target *target) {
    if (target->temporary != NULL) {
        (void)unlink(target->temporary);
    }
    unfinished = NULL;
    free(target->temporary);
    free(target->path);
    *target = (struct target){0};
}
