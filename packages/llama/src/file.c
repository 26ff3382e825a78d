/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* madvise */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

static bool map(struct file *file, int fd, const char *name, struct llama_error *error) {
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return fail(error, "%s: cannot be read: %s", name, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(error, "%s: is not a regular file", name);
    }
    if (status.st_size <= 0) {
        return fail(error, "%s: is empty", name);
    }
    size_t size = (size_t)status.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
        return fail(error, "%s: cannot be mapped: %s", name, strerror(errno));
    }
    *file = (struct file){.data = data, .size = size};
    return true;
}

bool file_map(struct file *file, const char *path, struct llama_error *error) {
    *file = (struct file){0};
    const char *name = path_tail(path);
    /* Without O_NONBLOCK, opening a named pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return fail(error, "%s: cannot be opened: %s", name, strerror(errno));
    }
    bool done = map(file, fd, name, error);
    close(fd);
    return done;
}

void file_read_ahead(const struct file *file) {
    /*
     * A card gives 20 MB/s when it is read ahead, and a quarter of that to one page fault after
     * the other. Only advice: kernels built without madvise say ENOSYS, and all works the same.
     */
    (void)madvise((void *)(uintptr_t)file->data, file->size, MADV_WILLNEED);
}

void file_forget(const struct file *file) {
    /* Only advice, as above. */
    (void)madvise((void *)(uintptr_t)file->data, file->size, MADV_DONTNEED);
}

void file_unmap(struct file *file) {
    if (file->data != NULL) {
        munmap((void *)(uintptr_t)file->data, file->size);
    }
    *file = (struct file){0};
}
