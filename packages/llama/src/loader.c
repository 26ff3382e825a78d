/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "loader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Large reads are what a card is fast at. */
enum { CHUNK = 1 << 20 };

struct loader {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    const struct file *file;
    uint32_t seed;
    struct load_job *jobs;
    int count;
    void *user;
    int done; /* load jobs; guarded by `mutex`, as are the next three */
    bool failed;
    bool stopped;
    struct llama_error error; /* why it failed */
};

static bool is_stopped(struct loader *loader) {
    pthread_mutex_lock(&loader->mutex);
    bool stopped = loader->stopped;
    pthread_mutex_unlock(&loader->mutex);
    return stopped;
}

/* The checksum runs over the contents while they are in the cache. */
static bool read_chunk(struct loader *loader, unsigned char *to, uint64_t offset, size_t size,
                       struct checksum *sum, struct llama_error *error) {
    if (is_stopped(loader) || !file_read(loader->file, to, size, offset, error)) {
        return false;
    }
    file_ask_for(loader->file, offset + size, CHUNK);
    file_forget(loader->file, offset, size);
    checksum_add(sum, to, size);
    return true;
}

static bool read_part(struct loader *loader, const struct load_job *load_job,
                      unsigned char *scratch, struct llama_error *error) {
    struct checksum sum = checksum_start(loader->seed, load_job->part.offset);
    size_t held = 0; /* bytes in the scratch memory that are still to be consumed */
    for (uint64_t at = 0; at < load_job->part.bytes; at += CHUNK) {
        uint64_t left = load_job->part.bytes - at;
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        unsigned char *to = load_job->to != NULL ? load_job->to + at : scratch + held;
        if (!read_chunk(loader, to, load_job->part.offset + at, size, &sum, error)) {
            return false;
        }
        if (load_job->to == NULL) {
            held += size;
            size_t used = load_job->consume(loader->user, scratch, held);
            held -= used;
            memmove(scratch, scratch + used, held);
        }
    }
    bool is_whole = held == 0 || part_damaged(loader->file, error);
    return is_whole && part_verify(loader->file, &load_job->part, &sum, error) &&
           (load_job->then == NULL || load_job->then(loader->user) ||
            part_damaged(loader->file, error));
}

/* Tells those who wait. */
static void report(struct loader *loader, bool good, const struct llama_error *error) {
    pthread_mutex_lock(&loader->mutex);
    loader->done += good;
    loader->failed = !good;
    loader->error = *error;
    pthread_cond_broadcast(&loader->changed);
    pthread_mutex_unlock(&loader->mutex);
}

static void *read_all(void *user) {
    struct loader *loader = user;
    size_t max = 0;
    for (int i = 0; i < loader->count; i++) {
        max = loader->jobs[i].least > max ? loader->jobs[i].least : max;
    }
    unsigned char *scratch = malloc(CHUNK + max);
    struct llama_error error = {"not enough memory to read the model"};
    bool good = true;
    for (int i = 0; good && i < loader->count; i++) {
        good = scratch != NULL && read_part(loader, &loader->jobs[i], scratch, &error);
        report(loader, good, &error);
    }
    free(scratch);
    return NULL;
}

struct loader *loader_start(const struct file *file, uint32_t seed, struct load_job *jobs,
                            int count, void *user, struct llama_error *error) {
    struct loader *loader = calloc(1, sizeof *loader);
    if (loader == NULL) {
        free(jobs);
        fail(error, "not enough memory");
        return NULL;
    }
    loader->file = file;
    loader->seed = seed;
    loader->jobs = jobs;
    loader->count = count;
    loader->user = user;
    pthread_mutex_init(&loader->mutex, NULL);
    pthread_cond_init(&loader->changed, NULL);
    int status = pthread_create(&loader->thread, NULL, read_all, loader);
    if (status != 0) {
        fail(error, "%s: cannot be read: %s", file->name, strerror(status));
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
    if (!there) {
        *error = loader->error;
    }
    pthread_mutex_unlock(&loader->mutex);
    return there;
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
    pthread_cond_destroy(&loader->changed);
    pthread_mutex_destroy(&loader->mutex);
    free(loader->jobs);
    free(loader);
}
