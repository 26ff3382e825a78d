/* SPDX-License-Identifier: MIT */
/*
 * Brings a packed model into memory while it already computes: a thread reads part after part, and
 * who needs a part waits for it.
 */
#ifndef LLAMA_LOADER_H
#define LLAMA_LOADER_H

#include "part.h"

/* Something to read. */
struct load_job {
    struct part part;
    unsigned char *to; /* where the contents go as they are; NULL: they are consumed */
    /*
     * Takes what it can of so many bytes, and says how many that were: what it left comes again,
     * with more behind it. Of `least` bytes it takes some. Nothing was verified yet.
     */
    size_t (*consume)(void *user, const unsigned char *data, size_t bytes);
    size_t least;
    /* Called, where it is set, when the part is there. False: its contents cannot be. */
    bool (*then)(void *user);
};

struct loader;

/*
 * Starts reading `count` jobs of the file, whose sums begin with `seed`, in order. Takes `jobs`,
 * which free() gives back.
 */
struct loader *loader_start(const struct file *file, uint32_t seed, struct load_job *jobs,
                            int count, void *user, struct llama_error *error);

/* Waits until the first `count` load jobs are done. False when one failed. */
bool loader_wait(struct loader *loader, int count, struct llama_error *error);

/* Ends the thread, at once if it still reads; NULL is allowed. */
void loader_stop(struct loader *loader);

#endif
