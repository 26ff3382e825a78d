/* SPDX-License-Identifier: MIT */
/* The storyteller at the other end of its socket (docs/story-page.md). */
#ifndef STORY_PAGE_TELLING_H
#define STORY_PAGE_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Longest line that it takes, without its end mark. */
#define TELLING_LINE_BYTES 1023

/* Connect, and ask for the lists of words. Returns the socket, or -1 where nobody tells. */
int telling_follow(const char *path);

/* Connect, and ask for the sound. Returns the socket, from which a WAV stream comes, or -1 where
 * nobody tells or there is nothing to listen to. */
int telling_listen(const char *path);

/* Connect, and ask for a told story as sound, by its seed. Returns the socket, from which a WAV
 * stream comes, or -1 with the reason in problem. */
#define TELLING_PROBLEM_BYTES 128
int telling_record(const char *path, const char *seed, char problem[TELLING_PROBLEM_BYTES]);

/* Read some of what it sends, waiting at most timeout_ms. browser: the socket of who gets it, or
 * -1. Returns how many bytes; 0: nothing came; -1: it closed the connection, or the browser has
 * gone, whose place is free at once then, not only when something cannot be sent. */
ssize_t telling_read(int file, int browser, char *to, size_t size, int timeout_ms);

/* Hand over one line, which gets its end mark. Returns false when the storyteller did not let us in
 * within five seconds. */
bool telling_ask(const char *path, const char *line, size_t length);

#endif
