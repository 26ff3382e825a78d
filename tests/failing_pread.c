/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: reads that a card fails. The first PREAD_GOOD ones succeed, those after them not;
 * where PREAD_BAD is set, only so many of them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static ssize_t pass(const char *name, int fd, void *to, size_t bytes, off_t offset) {
    static atomic_long count;
    const char *good = getenv("PREAD_GOOD");
    const char *bad = getenv("PREAD_BAD");
    long before = good == NULL ? 0 : atomic_fetch_add(&count, 1) - atol(good);
    if (good == NULL || (before >= 0 && (bad == NULL || before < atol(bad)))) {
        errno = EIO;
        return -1;
    }
    ssize_t (*original)(int, void *, size_t, off_t);
    *(void **)&original = dlsym(RTLD_NEXT, name);
    return original(fd, to, bytes, offset);
}

ssize_t pread(int fd, void *to, size_t bytes, off_t offset) {
    return pass("pread", fd, to, bytes, offset);
}

ssize_t pread64(int fd, void *to, size_t bytes, off_t offset) {
    return pass("pread64", fd, to, bytes, offset);
}
