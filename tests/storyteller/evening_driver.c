/* SPDX-License-Identifier: MIT */
/*
 * evening_driver SLEEP_MIN STORIES TOLD IS_QUIET MINUTES...: what holds so many minutes after a
 * request.
 */
#include <clock.h>
#include <stdio.h>
#include <stdlib.h>

#include "evening.h"
#include "memory/today.h"

static double now_s;
static int told;
static bool is_quiet;

double clock_seconds(void) {
    return now_s;
}

void today_name(char name[TODAY_BYTES]) {
    snprintf(name, TODAY_BYTES, "today");
}

bool today_is_between(int from_min, int to_min) {
    (void)from_min;
    (void)to_min;
    return is_quiet;
}

int shelf_today(const struct shelf *shelf, const char *day) {
    (void)shelf;
    (void)day;
    return told;
}

int main(int count, char **words) {
    struct settings settings = {.voice = ""};
    struct evening evening;

    if (count < 5) {
        return EXIT_FAILURE;
    }
    settings.sleep_min = atoi(words[1]);
    settings.stories = atoi(words[2]);
    told = atoi(words[3]);
    is_quiet = atoi(words[4]) != 0;
    now_s = 1000.0;
    evening_wake(&evening);
    for (int i = 5; i < count; i++) {
        const char *reason;

        now_s = 1000.0 + 60.0 * atof(words[i]);
        reason = evening_reason(&evening, &settings, NULL);
        printf("%s %s\n", evening_is_late(&evening, &settings) ? "late" : "early",
               reason != NULL ? reason : "tells");
    }
    return EXIT_SUCCESS;
}
