/* SPDX-License-Identifier: MIT */
/* clock_driver NOW SECONDS: what becomes of a clock that shows NOW when a browser says what time it
 * is. The linker sends those who read or set the clock here (--wrap). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "parents.h"

time_t __wrap_time(time_t *seconds);
int __wrap_settimeofday(const struct timeval *now, const struct timezone *zone);

static time_t now_s;
static bool is_set;

time_t __wrap_time(time_t *seconds) {
    if (seconds != NULL) {
        *seconds = now_s;
    }
    return now_s;
}

int __wrap_settimeofday(const struct timeval *now, const struct timezone *zone) {
    (void)zone;
    printf("set to %ld\n", (long)now->tv_sec);
    is_set = true;
    return 0;
}

void shelf_replace(struct shelf *shelf, const char *name, const char *text) {
    (void)shelf, (void)name, (void)text;
}

int main(int count, char **words) {
    if (count != 3) {
        return EXIT_FAILURE;
    }
    now_s = (time_t)strtol(words[1], NULL, 10);
    if (!parents_set_clock(words[2])) {
        puts("refused");
    } else if (!is_set) {
        puts("left");
    }
    return EXIT_SUCCESS;
}
