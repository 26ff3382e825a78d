/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* isatty */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A log gets a line each so many percent, a terminal each single one. */
enum { IN_A_LOG = 20 };

static struct {
    const char *step;
    int shown; /* percent */
} last;

void progress(const char *step, uint64_t done, uint64_t total) {
    static int on_terminal = -1;
    if (on_terminal < 0) {
        on_terminal = isatty(STDERR_FILENO);
    }
    int percent = total == 0 ? 100 : (int)(done * 100 / total);
    percent -= on_terminal ? 0 : percent % IN_A_LOG;
    if (last.step != NULL && strcmp(last.step, step) == 0 && last.shown == percent) {
        return;
    }
    last.step = step;
    last.shown = percent;
    fprintf(stderr, on_terminal ? "\rllama-pack: %-12s %3d %%" : "llama-pack: %s %d %%\n", step,
            percent);
}

void progress_end(void) {
    if (last.step != NULL && isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
}
