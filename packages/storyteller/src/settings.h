/* SPDX-License-Identifier: MIT */
/* The settings file: lines of key=value, chosen when the image was built, changed by anyone. */
#ifndef STORYTELLER_SETTINGS_H
#define STORYTELLER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct settings {
    int volume;      /* percent of full loudness, 0 to 100 */
    int speed;       /* percent of the voice's natural speed, 50 to 200 */
    int pause_s;     /* seconds between stories, 0 to 3600 */
    int temperature; /* percent: how freely stories are invented, 0 to 200 */
    int steps;       /* longest story, in tokens, 1 to 100000; the model may allow fewer */
};

/* What holds without a settings file. */
struct settings settings_default(void);

/* Called with a sentence about each line that cannot be used. */
typedef void settings_complaint_fn(void *user, const char *complaint);

/* Take over what a settings file says. Empty lines and those that begin with # mean nothing. A line
 * that cannot be used changes nothing and is told to complain(user, ...): a misspelt setting must
 * not silence a toy. Returns false when the file cannot be read, with errno set. */
bool settings_load(struct settings *settings, const char *path, settings_complaint_fn *complain,
                   void *user);

/* The whole of text as a number within [low, high]. Returns false when it is none. */
bool settings_number(const char *text, long low, long high, long *number);

#endif
