/* SPDX-License-Identifier: MIT */
#include "memory/today.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A clock that nobody set starts in 1970, or when the kernel was made. */
#define FIRST_YEAR 2026

static bool is_clock_set(struct tm *now) {
    time_t seconds = time(NULL);

    return localtime_r(&seconds, now) != NULL && now->tm_year + 1900 >= FIRST_YEAR;
}

bool today_is_known(void) {
    struct tm now;

    return is_clock_set(&now);
}

void today_name(char name[TODAY_BYTES]) {
    struct tm now;
    FILE *file;

    snprintf(name, TODAY_BYTES, "power-on");
    if (is_clock_set(&now)) {
        strftime(name, TODAY_BYTES, "%Y-%m-%d", &now);
        return;
    }
    file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (file == NULL) {
        return;
    }
    if (fgets(name, TODAY_BYTES, file) == NULL) {
        snprintf(name, TODAY_BYTES, "power-on");
    }
    name[strcspn(name, " \n")] = '\0';
    fclose(file);
}

bool today_is_between(int from_min, int to_min) {
    struct tm now;
    int minute;

    if (from_min == to_min || !is_clock_set(&now)) {
        return false;
    }
    minute = now.tm_hour * 60 + now.tm_min;
    if (from_min < to_min) {
        return minute >= from_min && minute < to_min;
    }
    return minute >= from_min || minute < to_min;
}
