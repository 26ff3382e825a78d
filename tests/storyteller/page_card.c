/* SPDX-License-Identifier: MIT */
/* The sound that browsers play, in the place of a card: the "device" is a path, PATH.heard gets
 * what a listener got. Beside it listen one that never reads, and one that went away. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wav.h>

#include "remote/listeners.h"
#include "sound/sound.h"

struct heard {
    struct sound sound; /* of sound_open_page(), but for close() */
    struct sound *page;
    struct listeners listeners;
    pthread_t ear;
    FILE *file;
    int ends[2];
    int deaf[2];
};

static struct heard heard;

static void *listen_to_it(void *user) {
    unsigned char bytes[4096];
    size_t skipped = 0;
    ssize_t got;

    (void)user;
    while ((got = recv(heard.ends[1], bytes, sizeof(bytes), 0)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            if (skipped < WAV_HEADER_BYTES) {
                skipped++;
            } else {
                fputc(bytes[i], heard.file);
            }
        }
    }
    return NULL;
}

static long page_write(struct sound *sound, const int16_t *samples, size_t count) {
    (void)sound;
    return heard.page->write(heard.page, samples, count);
}

static long page_delay(struct sound *sound) {
    (void)sound;
    return heard.page->delay(heard.page);
}

static size_t page_rewind(struct sound *sound, size_t count) {
    (void)sound;
    return heard.page->rewind(heard.page, count);
}

static void page_finish(struct sound *sound) {
    (void)sound;
    heard.page->finish(heard.page);
}

static void page_drop(struct sound *sound) {
    (void)sound;
    heard.page->drop(heard.page);
}

static void page_close(struct sound *sound) {
    int left = 0;

    (void)sound;
    heard.page->close(heard.page);
    for (int i = 0; i < LISTENERS_MOST; i++) {
        left += heard.listeners.all[i].file >= 0;
    }
    printf("listeners %d\n", left);
    listeners_close(&heard.listeners);
    pthread_join(heard.ear, NULL);
    fclose(heard.file);
}

static bool open_listeners(unsigned rate) {
    int gone[2];

    return listeners_open(&heard.listeners, rate) &&
           socketpair(AF_UNIX, SOCK_STREAM, 0, heard.ends) == 0 &&
           socketpair(AF_UNIX, SOCK_STREAM, 0, heard.deaf) == 0 &&
           socketpair(AF_UNIX, SOCK_STREAM, 0, gone) == 0 &&
           listeners_add(&heard.listeners, gone[0]) && close(gone[1]) == 0 &&
           listeners_add(&heard.listeners, heard.deaf[0]) &&
           listeners_add(&heard.listeners, heard.ends[0]);
}

struct sound *sound_open_card(const char *wanted, unsigned rate, struct mixer *mixer,
                              char name[SOUND_NAME_BYTES]) {
    char path[256];

    (void)mixer;
    name[0] = '\0';
    snprintf(path, sizeof(path), "%s.heard", wanted);
    heard.file = fopen(path, "wb");
    if (heard.file == NULL || !open_listeners(rate)) {
        return NULL;
    }
    heard.page = sound_open_page(&heard.listeners);
    if (heard.page == NULL || pthread_create(&heard.ear, NULL, listen_to_it, NULL) != 0) {
        return NULL;
    }
    heard.sound = *heard.page;
    heard.sound.write = page_write;
    heard.sound.delay = page_delay;
    heard.sound.rewind = page_rewind;
    heard.sound.finish = page_finish;
    heard.sound.drop = page_drop;
    heard.sound.close = page_close;
    return &heard.sound;
}
