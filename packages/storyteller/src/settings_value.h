/* SPDX-License-Identifier: MIT */
/* Values as people write them: "30 %", "20 min", "8pm-7am". */
#ifndef STORYTELLER_SETTINGS_VALUE_H
#define STORYTELLER_SETTINGS_VALUE_H

#include <stdbool.h>

/* What a number counts, and so which words may stand behind it. */
enum value_unit { VALUE_PLAIN, VALUE_PERCENT, VALUE_SECONDS, VALUE_MINUTES, VALUE_STORIES };

/* Make typographic dashes and spaces, in UTF-8 or in Windows' own characters, plain ones; take
 * quotation marks and white space around the value away. Returns where the value begins. */
char *value_clean(char *text);

/* The whole of text as a number of that unit; what stands behind a decimal point is left out.
 * Returns false when it is none. */
bool value_number(const char *text, enum value_unit unit, long *number);

/* The whole of text as yes (1) or no (0). */
bool value_yes_or_no(const char *text, int *number);

/* The whole of text as two times of the day, in minutes since midnight, which differ. */
bool value_hours(const char *text, int minutes[2]);

#endif
