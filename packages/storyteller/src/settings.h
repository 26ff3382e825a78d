/* SPDX-License-Identifier: MIT */
/* The settings: what the image was built with, and what parents write into storyteller.txt. */
#ifndef STORYTELLER_SETTINGS_H
#define STORYTELLER_SETTINGS_H

#include <lines.h>
#include <stdbool.h>

#define SETTINGS_WORD_BYTES 16
#define SETTINGS_LIST_BYTES 64

struct settings {
    char voice[SETTINGS_WORD_BYTES]; /* its name: see speech.h */
    char sound[SETTINGS_LIST_BYTES]; /* wanted sound cards: see sound.h */
    int mixer;       /* 1: sound cards' own switches and volumes are raised: see mixer.h */
    int keep_sound;  /* told stories that stay in /data as sound, 0 to 1000 */
    int pitch;       /* percent of the voice's natural pitch, 50 to 200 */
    int volume;      /* percent of full loudness, 0 to 100 */
    int speed;       /* percent of 135 words a minute, 50 to 200 */
    int pause_s;     /* seconds between stories, 0 to 3600 */
    int temperature; /* percent: how freely stories are invented, 0 to 200 */
    int steps;       /* longest story, in tokens, 1 to 100000; the model may allow fewer */
    int choices;     /* a sentence with more is invented again: see story.h, 0 to 1000 */
    int stories;     /* at most so many a day, 0: as many as are wanted */
    int sleep_min;   /* minutes without a request until it says good night, 0: never */
    int switch_off;  /* 1: after good night the board switches itself off */
    int keep_texts;  /* 1: told stories are written to stories.txt in /data */
    int quiet_from;  /* minutes since midnight, where there is a clock; equal: no quiet hours */
    int quiet_to;
    unsigned named; /* bits of the settings that were read so far: see settings_find() */
};

/* What holds without a settings file. */
struct settings settings_default(void);

/* Take over what a settings file says: lines of key = value, in capital or small letters, as people
 * write them (settings_value.h); what stands behind # means nothing. A line that cannot be used is
 * complained about and changes nothing, but for values that may have been meant to be quieter,
 * fewer or earlier: a careful one holds then. Returns false when the file cannot be read, with
 * errno set. */
bool settings_load(struct settings *settings, const char *path, complain_fn *complain, void *user);

/* The number of the setting that a line of such a file is about; -1: it is about none. */
int settings_find(const char *line);

/* The name of a setting, and its value as such a file has it. */
const char *settings_name(int number);
#define SETTINGS_VALUE_BYTES SETTINGS_LIST_BYTES
void settings_value(const struct settings *settings, int number, char value[SETTINGS_VALUE_BYTES]);

/* Take over what one line says, which must be about a setting: see settings_find(). Returns false
 * when it cannot be used; problem says why then, and nothing changes. */
#define SETTINGS_PROBLEM_BYTES (LINES_BYTES + 200)
bool settings_use(struct settings *settings, const char *line,
                  char problem[SETTINGS_PROBLEM_BYTES]);

/* The whole of text as a number within [low, high]. Returns false when it is none. */
bool settings_number(const char *text, long low, long high, long *number);

#endif
