/* SPDX-License-Identifier: MIT */
/* When it is enough: the limit of a day, quiet hours, and falling asleep. */
#ifndef STORYTELLER_EVENING_H
#define STORYTELLER_EVENING_H

#include <stdbool.h>

#include "memory/shelf.h"
#include "settings.h"

struct evening {
    double awake_since_s; /* clock_seconds() when something was last requested */
};

/* Somebody requested something, or the program has started. */
void evening_wake(struct evening *evening);

/* Why no story is to be told now, in words for a child; NULL: there is no reason. */
const char *evening_reason(const struct evening *evening, const struct settings *settings,
                           const struct shelf *shelf);

/* Whether stories are to be told slower and quieter: falling asleep comes soon. */
bool evening_is_late(const struct evening *evening, const struct settings *settings);

#endif
