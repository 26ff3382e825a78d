/* SPDX-License-Identifier: MIT */
#include "memory/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512
#define LOG_BYTES (256L * 1024)

static void tell_trouble(struct folder *folder, const char *path, const char *problem) {
    struct complaint complaint = {path, 0, problem};

    if (!folder->was_trouble_told) {
        folder->complain(folder->user, &complaint);
    }
    folder->was_trouble_told = true;
}

static void join(const struct folder *folder, const char *name, char path[PATH_BYTES]) {
    snprintf(path, PATH_BYTES, "%s/%s", folder->path, name);
}

static bool write_all(int file, const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, text, length);

        if (written < 0 && errno != EINTR) {
            return false;
        }
        text += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool write_new(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool ok = file >= 0 && write_all(file, text, strlen(text)) && fsync(file) == 0;
    int reason = errno;

    if (file >= 0) {
        close(file);
    }
    errno = reason;
    return ok;
}

/* The new name is on the card only when its folder is. */
static void sync_names(const struct folder *folder) {
    int file = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (file < 0) {
        return;
    }
    fsync(file);
    close(file);
}

void folder_open(struct folder *folder, const char *path, complain_fn *complain, void *user) {
    folder->path = path != NULL ? strdup(path) : NULL;
    folder->complain = complain;
    folder->user = user;
    folder->was_trouble_told = false;
}

void folder_close(struct folder *folder) {
    free(folder->path);
}

void folder_read(struct folder *folder, const char *name, line_fn *take, void *user) {
    char path[PATH_BYTES];

    if (folder->path == NULL) {
        return;
    }
    join(folder, name, path);
    if (!lines_read(path, take, user) && errno != ENOENT) {
        tell_trouble(folder, path, strerror(errno));
    }
}

void folder_replace(struct folder *folder, const char *name, const char *text) {
    char path[PATH_BYTES], fresh[PATH_BYTES + 4];

    if (folder->path == NULL) {
        return;
    }
    join(folder, name, path);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    if (!write_new(fresh, text) || rename(fresh, path) != 0) {
        tell_trouble(folder, path, strerror(errno));
        unlink(fresh);
        return;
    }
    sync_names(folder);
}

void folder_append(struct folder *folder, const char *name, const char *text) {
    char path[PATH_BYTES], old[PATH_BYTES + 4];
    struct stat stat;
    int file;

    if (folder->path == NULL) {
        return;
    }
    join(folder, name, path);
    snprintf(old, sizeof(old), "%s.old", path);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0 || !write_all(file, text, strlen(text)) || fstat(file, &stat) != 0) {
        tell_trouble(folder, path, strerror(errno));
        stat.st_size = 0;
    }
    if (file >= 0) {
        close(file);
    }
    if (stat.st_size > LOG_BYTES) {
        rename(path, old);
    }
}
