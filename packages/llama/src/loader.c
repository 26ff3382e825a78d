/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

/* Large reads are what a card is fast at. */
enum { CHUNK = 1 << 20 };

struct loader {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int fd;
    struct errand *errands;
    int count;
    void *user;
    int done;     /* errands; guarded by `mutex`, as are the next two */
    bool failed;
    bool stopped;
    char name[160];
};

/* Reads exactly `bytes` at `offset`. */
static bool read_at(int fd, void *to, uint64_t bytes, uint64_t offset) {
    for (unsigned char *at = to; bytes > 0;) {
        ssize_t got = pread(fd, at, (size_t)bytes, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        bytes -= (uint64_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

/*
 * What was read is ours now: a second copy in the page cache would be room that nobody has. Only
 * advice, and kernels built without it say ENOSYS.
 */
static void forget(int fd, uint64_t offset, uint64_t bytes) {
    (void)posix_fadvise(fd, (off_t)offset, (off_t)bytes, POSIX_FADV_DONTNEED);
}

/* The card brings the next chunk while this one is worked on. */
static void ask_for(int fd, uint64_t offset) {
    (void)posix_fadvise(fd, (off_t)offset, CHUNK, POSIX_FADV_WILLNEED);
}

static bool is_stopped(struct loader *loader) {
    pthread_mutex_lock(&loader->mutex);
    bool stopped = loader->stopped;
    pthread_mutex_unlock(&loader->mutex);
    return stopped;
}

/* The checksum runs over the contents while they are in the cache: see packed_checksum. */
static bool read_chunk(struct loader *loader, unsigned char *to, uint64_t offset, size_t size,
                       struct checksum *sum) {
    if (is_stopped(loader) || !read_at(loader->fd, to, size, offset)) {
        return false;
    }
    ask_for(loader->fd, offset + size);
    forget(loader->fd, offset, size);
    packed_checksum_add(sum, to, size);
    return true;
}

static bool read_part(struct loader *loader, const struct errand *errand, unsigned char *scratch) {
    struct checksum sum = CHECKSUM_START;
    size_t held = 0; /* bytes in the scratch memory that are still to be digested */
    for (uint64_t at = 0; at < errand->part.bytes; at += CHUNK) {
        uint64_t left = errand->part.bytes - at;
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        unsigned char *to = errand->to != NULL ? errand->to + at : scratch + held;
        if (!read_chunk(loader, to, errand->part.offset + at, size, &sum)) {
            return false;
        }
        if (errand->to == NULL) {
            held += size;
            size_t used = errand->digest(loader->user, scratch, held);
            held -= used;
            memmove(scratch, scratch + used, held);
        }
    }
    uint64_t trailer;
    uint64_t end = errand->part.offset + packed_room(errand->part.bytes) - PACKED_TRAILER;
    return held == 0 && read_at(loader->fd, &trailer, sizeof trailer, end) &&
           trailer == packed_checksum_value(&sum) &&
           (errand->then == NULL || errand->then(loader->user));
}

/* Tells those who wait. */
static void report(struct loader *loader, bool good) {
    pthread_mutex_lock(&loader->mutex);
    loader->done += good;
    loader->failed = !good;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->mutex);
}

static void *read_all(void *user) {
    struct loader *loader = user;
    size_t most = 0;
    for (int i = 0; i < loader->count; i++) {
        most = loader->errands[i].least > most ? loader->errands[i].least : most;
    }
    unsigned char *scratch = malloc(CHUNK + most);
    bool good = true;
    for (int i = 0; good && i < loader->count; i++) {
        good = scratch != NULL && read_part(loader, &loader->errands[i], scratch);
        report(loader, good);
    }
    free(scratch);
    return NULL;
}

struct loader *loader_start(const char *path, struct errand *errands, int count, void *user,
                            struct llama_error *error) {
    struct loader *loader = calloc(1, sizeof *loader);
    if (loader == NULL) {
        free(errands);
        fail(error, "not enough memory");
        return NULL;
    }
    loader->fd = open(path, O_RDONLY | O_CLOEXEC);
    loader->errands = errands;
    loader->count = count;
    loader->user = user;
    strncpy(loader->name, path_tail(path), sizeof loader->name - 1);
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->changed, NULL);
    if (loader->fd < 0 || pthread_create(&loader->thread, NULL, read_all, loader) != 0) {
        fail(error, "%s: cannot be read: %s", loader->name, strerror(errno));
        loader->count = 0; /* no thread to wait for */
        loader_stop(loader);
        return NULL;
    }
    return loader;
}

bool loader_wait(struct loader *loader, int count, struct llama_error *error) {
    pthread_mutex_lock(&loader->mutex);
    while (loader->done < count && !loader->failed) {
        pthread_cond_wait(&loader->changed, &loader->mutex);
    }
    bool there = loader->done >= count;
    pthread_mutex_unlock(&loader->mutex);
    return there || fail(error, "%s: is damaged, or cannot be read to its end: copy or pack it "
                                "again", loader->name);
}

void loader_stop(struct loader *loader) {
    if (loader == NULL) {
        return;
    }
    if (loader->count > 0) {
        pthread_mutex_lock(&loader->mutex);
        loader->stopped = true;
        pthread_mutex_unlock(&loader->mutex);
        pthread_join(loader->thread, NULL);
    }
    if (loader->fd >= 0) {
        close(loader->fd);
    }
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->mutex);
    free(loader->errands);
    free(loader);
}
