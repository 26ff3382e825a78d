/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#ifndef GRND_INSECURE
#define GRND_INSECURE 4
#endif

#define LARGEST_SEED 999999999u

static uint64_t nanoseconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

double clock_seconds(void)
{
    return (double)nanoseconds(CLOCK_MONOTONIC) * 1e-9;
}

double resident_mib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    if (file == NULL)
        return 0.0;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024.0);
}

uint64_t fresh_seed(void)
{
    uint64_t random = 0;

    /* Secrecy is not needed, and waiting for entropy at power-on would delay the first story. */
    if (getrandom(&random, sizeof(random), GRND_INSECURE) != (ssize_t)sizeof(random))
        random = nanoseconds(CLOCK_REALTIME);
    random ^= nanoseconds(CLOCK_MONOTONIC);
    return random % LARGEST_SEED + 1;
}
