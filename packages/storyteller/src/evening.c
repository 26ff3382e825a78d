/* SPDX-License-Identifier: MIT */
#include "evening.h"

#include <clock.h>
#include <stddef.h>

#include "memory/today.h"
#include "voice/phrases.h"

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
        return PHRASE_QUIET;
    }
    today_name(day);
    if (settings->stories > 0 && shelf_today(shelf, day) >= settings->stories) {
        return PHRASE_LAST;
    }
    if (slept_part(evening, settings) >= 1.0) {
        return PHRASE_SLEEP;
    }
    return NULL;
}

bool evening_is_late(const struct evening *evening, const struct settings *settings) {
    return slept_part(evening, settings) >= LATE;
}
