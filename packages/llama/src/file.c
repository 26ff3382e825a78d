/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

/* No tokenizer comes near: what is larger is another file. */
enum { SMALL = 1 << 26 };

static bool look(struct file *file, struct llama_error *error) {
    struct stat status;
    if (fstat(file->fd, &status) != 0) {
        return fail(error, "%s: cannot be read: %s", file->name, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(error, "%s: is not a regular file", file->name);
    }
    if (status.st_size <= 0) {
        return fail(error, "%s: is empty", file->name);
    }
    file->size = (uint64_t)status.st_size;
    return true;
}

bool file_open(struct file *file, const char *path, struct llama_error *error) {
    *file = (struct file){0};
    strncpy(file->name, path_tail(path), sizeof file->name - 1);
    /* Without O_NONBLOCK, opening a named pipe would wait for its writer. */
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0) {
        return fail(error, "%s: cannot be opened: %s", file->name, strerror(errno));
    }
    if (!look(file, error)) {
        close(file->fd);
        return false;
    }
    return true;
}

bool file_read(const struct file *file, void *to, uint64_t bytes, uint64_t offset,
               struct llama_error *error) {
    for (unsigned char *at = to; bytes > 0;) {
        ssize_t got = pread(file->fd, at, (size_t)bytes, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(error, "%s: cannot be read: %s", file->name, strerror(errno));
        }
        if (got == 0) {
            return fail(error, "%s: is truncated: byte %llu is missing", file->name,
                        (unsigned long long)offset);
        }
        at += got;
        bytes -= (uint64_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

void file_forget(const struct file *file, uint64_t offset, uint64_t bytes) {
    (void)posix_fadvise(file->fd, (off_t)offset, (off_t)bytes, POSIX_FADV_DONTNEED);
}

void file_ask_for(const struct file *file, uint64_t offset, uint64_t bytes) {
    (void)posix_fadvise(file->fd, (off_t)offset, (off_t)bytes, POSIX_FADV_WILLNEED);
}

void file_close(struct file *file) {
    if (file->size > 0) {
        close(file->fd);
    }
    *file = (struct file){0};
}

static unsigned char *load(const struct file *file, struct llama_error *error) {
    if (file->size > SMALL) {
        fail(error, "%s: has %llu bytes, too many for a tokenizer", file->name,
             (unsigned long long)file->size);
        return NULL;
    }
    unsigned char *data = malloc((size_t)file->size);
    if (data == NULL) {
        fail(error, "%s: not enough memory for its %llu bytes", file->name,
             (unsigned long long)file->size);
        return NULL;
    }
    if (!file_read(file, data, file->size, 0, error)) {
        free(data);
        return NULL;
    }
    return data;
}

unsigned char *file_load(const char *path, size_t *size, struct llama_error *error) {
    struct file file;
    if (!file_open(&file, path, error)) {
        return NULL;
    }
    unsigned char *data = load(&file, error);
    *size = (size_t)file.size;
    file_close(&file);
    return data;
}
