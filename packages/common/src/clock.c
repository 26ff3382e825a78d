/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#ifndef GRND_INSECURE
#define GRND_INSECURE 4
#endif

#define LARGEST_SEED 999999999u

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

double clock_seconds(void) {
    return (double)nanoseconds(CLOCK_MONOTONIC) * 1e-9;
}

/* A line of what the kernel tells of this process, in MiB. */
static double status_mib(const char *name) {
    FILE *file = fopen("/proc/self/status", "r");
    size_t length = strlen(name);
    char line[256];
    long kib = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, length) == 0) {
            kib = strtol(line + length, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return (double)kib / 1024.0;
}

double peak_mib(void) {
    return status_mib("VmHWM:");
}

double resident_mib(void) {
    return status_mib("VmRSS:");
}

uint64_t fresh_seed(void) {
    uint64_t random = 0;

    /* Secrecy is not needed, and waiting for entropy at power-on would delay the first story. */
    if (getrandom(&random, sizeof(random), GRND_INSECURE) != (ssize_t)sizeof(random)) {
        random = nanoseconds(CLOCK_REALTIME);
    }
    random ^= nanoseconds(CLOCK_MONOTONIC);
    return random % LARGEST_SEED + 1;
}
