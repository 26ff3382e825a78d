/* SPDX-License-Identifier: MIT */
#include "evening.h"

#include <clock.h>
#include <stddef.h>

#include "memory/today.h"

/* The last part of the time until good night is slower and quieter. */
#define LATE 0.7

static double slept_part(const struct evening *evening, const struct settings *settings) {
    if (settings->sleep_min == 0) {
        return 0.0;
    }
    return (clock_seconds() - evening->awake_since_s) / (60.0 * settings->sleep_min);
}

void evening_wake(struct evening *evening) {
    evening->awake_since_s = clock_seconds();
}

const char *evening_reason(const struct evening *evening, const struct settings *settings,
                           const struct shelf *shelf) {
    char day[TODAY_BYTES];

    if (today_is_between(settings->quiet_from, settings->quiet_to)) {
        return "It is quiet time now. Good night.";
    }
    today_name(day);
    if (settings->stories > 0 && shelf_today(shelf, day) >= settings->stories) {
        return "That was the last story for today. Good bye!";
    }
    if (slept_part(evening, settings) >= 1.0) {
        return "Good night. Sleep well.";
    }
    return NULL;
}

bool evening_is_late(const struct evening *evening, const struct settings *settings) {
    return slept_part(evening, settings) >= LATE;
}
