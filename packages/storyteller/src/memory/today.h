/* SPDX-License-Identifier: MIT */
/* What day it is for a toy that mostly has no clock. */
#ifndef STORYTELLER_TODAY_H
#define STORYTELLER_TODAY_H

#include <stdbool.h>

#define TODAY_BYTES 48

/* A name of the day: the date where the clock is set, else of the time since power-on. */
void today_name(char name[TODAY_BYTES]);

/* Whether somebody has set the clock. */
bool today_is_known(void);

/* Whether the clock is set, and between two times of the day (minutes since midnight; the second
 * may be on the next day). */
bool today_is_between(int from_min, int to_min);

#endif
