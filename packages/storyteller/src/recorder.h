/* SPDX-License-Identifier: MIT */
/* Who renders a told story for a client: this program once more (read_out.h). */
#ifndef STORYTELLER_RECORDER_H
#define STORYTELLER_RECORDER_H

#include <sys/types.h>

struct recorder {
    char *const *words; /* this program's command line, until NULL */
    const char *folder; /* of told stories, or NULL */
    pid_t pid;          /* of the one that renders, or has ended; 0: none */
};

/* Why the story with this seed cannot be rendered, or NULL. */
const char *recorder_problem(const struct recorder *recorder, const char *seed);

/* Render it for a socket, which stays the caller's; where that fails, its end is missing. What is
 * still being rendered ends. */
void recorder_start(struct recorder *recorder, const char *seed, int file);

/* End the one that renders. */
void recorder_stop(struct recorder *recorder);

#endif
