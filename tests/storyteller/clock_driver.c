/* SPDX-License-Identifier: MIT */
/*
 * clock_driver FOLDER NOW SECONDS TOLD: what becomes of a clock that shows NOW when a browser says
 * what time it is; how many stories of today there are then, of which TOLD were told before it
 * said so. The linker sends those who read or set the clock here (--wrap).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "memory/today.h"
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
    now_s = now->tv_sec;
    is_set = true;
    return 0;
}

static void complain(void *user, const struct complaint *complaint) {
    (void)user;
    fprintf(stderr, "%s: %s\n", complaint->path, complaint->problem);
}

static void tell(struct shelf *shelf, int count) {
    char day[TODAY_BYTES];

    for (int i = 0; i < count; i++) {
        today_name(day);
        shelf_count(shelf, day);
    }
}

int main(int count, char **words) {
    struct parents parents = {.shelf = NULL};
    char day[TODAY_BYTES];

    if (count != 5 || (parents.shelf = shelf_open(words[1], complain, NULL)) == NULL) {
        return EXIT_FAILURE;
    }
    now_s = (time_t)strtol(words[2], NULL, 10);
    tell(parents.shelf, atoi(words[4]));
    if (!parents_set_clock(&parents, words[3])) {
        puts("refused");
    } else {
        today_name(day);
        printf("%s to %ld, %d told\n", is_set ? "set" : "left", (long)now_s,
               shelf_today(parents.shelf, day));
    }
    shelf_close(parents.shelf);
    return EXIT_SUCCESS;
}
