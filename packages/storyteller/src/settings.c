/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sound/sound.h"

/* Between names of sound cards, and within them. */
#define LIST_MARKS ", :-_"
#define PROBLEM_BYTES (LINES_BYTES + 160)

enum kind { NUMBER, YES_OR_NO, HOURS, WORD, LIST };

static const struct field {
    const char *key;
    size_t offset;
    enum kind kind;
    int low, high;
} FIELDS[] = {
    {"volume", offsetof(struct settings, volume), NUMBER, 0, 100},
    {"speed", offsetof(struct settings, speed), NUMBER, 50, 200},
    {"pitch", offsetof(struct settings, pitch), NUMBER, 50, 200},
    {"voice", offsetof(struct settings, voice), WORD, 0, 0},
    {"pause", offsetof(struct settings, pause_s), NUMBER, 0, 3600},
    {"temperature", offsetof(struct settings, temperature), NUMBER, 0, 200},
    {"steps", offsetof(struct settings, steps), NUMBER, 1, 100000},
    {"stories", offsetof(struct settings, stories), NUMBER, 0, 1000},
    {"sleep", offsetof(struct settings, sleep_min), NUMBER, 0, 600},
    {"switch_off", offsetof(struct settings, switch_off), YES_OR_NO, 0, 1},
    {"keep_texts", offsetof(struct settings, keep_texts), YES_OR_NO, 0, 1},
    {"quiet", offsetof(struct settings, quiet_from), HOURS, 0, 0},
    {"sound", offsetof(struct settings, sound), LIST, 0, 0},
    {"mixer", offsetof(struct settings, mixer), YES_OR_NO, 0, 1},
    {"keep_sound", offsetof(struct settings, keep_sound), NUMBER, 0, 1000},
};

#define FIELD_COUNT (sizeof(FIELDS) / sizeof(FIELDS[0]))

struct settings settings_default(void) {
    return (struct settings){.voice = "slt",
                             .sound = SOUND_ANY,
                             .mixer = 1,
                             .volume = 100,
                             .speed = 90,
                             .pitch = 100,
                             .pause_s = 4,
                             .temperature = 90,
                             .steps = 256,
                             .keep_texts = 1};
}

bool settings_number(const char *text, long low, long high, long *number) {
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '-') {
        return false;
    }
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && end != text && *number >= low && *number <= high;
}

static const struct field *find_field(const char *key) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcasecmp(FIELDS[i].key, key) == 0) {
            return &FIELDS[i];
        }
    }
    return NULL;
}

static void list_fields(const char *key, char *problem) {
    int length = snprintf(problem, PROBLEM_BYTES, "unknown setting '%.40s'; the settings are", key);

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        length += snprintf(problem + length, (size_t)(PROBLEM_BYTES - length), "%s %s",
                           i > 0 ? "," : "", FIELDS[i].key);
    }
}

static bool read_word(const char *value, int *number) {
    static const char *const WORDS[] = {"no", "yes", "off", "on", "0", "1"};

    for (int i = 0; i < 6; i++) {
        if (strcasecmp(value, WORDS[i]) == 0) {
            *number = i % 2;
            return true;
        }
    }
    return false;
}

/* "20:00-7:00", or "no". */
static bool read_hours(const char *value, int minutes[2]) {
    unsigned hours[2], rest[2];
    int end = -1, number;

    if (read_word(value, &number) && number == 0) {
        minutes[0] = minutes[1] = 0;
        return true;
    }
    if (sscanf(value, "%2u:%2u - %2u:%2u%n", &hours[0], &rest[0], &hours[1], &rest[1], &end) != 4 ||
        end < 0 || value[end] != '\0') {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (hours[i] > 23 || rest[i] > 59) {
            return false;
        }
        minutes[i] = (int)(hours[i] * 60 + rest[i]);
    }
    return true;
}

/* Small letters and digits, as names of voices are; `marks` may stand between them. */
static bool read_name(const char *value, const char *marks, char *word, size_t size) {
    char name[SETTINGS_LIST_BYTES];
    size_t length = 0;

    for (; value[length] != '\0'; length++) {
        if (length + 1 == size ||
            (!isalnum((unsigned char)value[length]) && strchr(marks, value[length]) == NULL)) {
            return false;
        }
        name[length] = (char)tolower((unsigned char)value[length]);
    }
    if (length == 0) {
        return false;
    }
    name[length] = '\0';
    memcpy(word, name, length + 1);
    return true;
}

/* What is wrong with the value is written to problem, which is left as it is when all is well. */
static void set_field(struct settings *settings, const struct field *field, const char *value,
                      char *problem) {
    char *target = (char *)settings + field->offset;
    int values[2] = {0, 0};
    long number = 0;

    if (field->kind == WORD) {
        if (!read_name(value, "", target, SETTINGS_WORD_BYTES)) {
            snprintf(problem, PROBLEM_BYTES, "%s must be a name, not '%s'", field->key, value);
        }
        return;
    }
    if (field->kind == LIST) {
        if (!read_name(value, LIST_MARKS, target, SETTINGS_LIST_BYTES)) {
            snprintf(problem, PROBLEM_BYTES, "%s must be names separated by commas, not '%s'",
                     field->key, value);
        }
        return;
    }
    if (field->kind == NUMBER) {
        if (!settings_number(value, field->low, field->high, &number)) {
            snprintf(problem, PROBLEM_BYTES, "%s must be a number from %d to %d, not '%s'",
                     field->key, field->low, field->high, value);
        }
        values[0] = (int)number;
    } else if (field->kind == YES_OR_NO) {
        if (!read_word(value, &values[0])) {
            snprintf(problem, PROBLEM_BYTES, "%s must be yes or no, not '%s'", field->key, value);
        }
    } else if (!read_hours(value, values)) {
        snprintf(problem, PROBLEM_BYTES, "%s must be like 20:00-7:00, or no, not '%s'", field->key,
                 value);
    }
    if (problem[0] == '\0') {
        memcpy(target, values, field->kind == HOURS ? sizeof(values) : sizeof(values[0]));
    }
}

struct loading {
    struct settings *settings;
    const char *path;
    complain_fn *complain;
    void *user;
};

static void use_line(void *user, int number, char *line) {
    struct loading *loading = user;
    char problem[PROBLEM_BYTES] = "";
    struct complaint complaint = {loading->path, number, problem};
    const struct field *field;
    char *equals;

    line[strcspn(line, "#")] = '\0';
    equals = strchr(line, '=');
    if (equals == NULL) {
        snprintf(problem, sizeof(problem), "'%s' is not of the form key=value", lines_trim(line));
    } else {
        *equals = '\0';
        field = find_field(lines_trim(line));
        if (field == NULL) {
            list_fields(lines_trim(line), problem);
        } else {
            set_field(loading->settings, field, lines_trim(equals + 1), problem);
        }
    }
    if (problem[0] != '\0') {
        loading->complain(loading->user, &complaint);
    }
}

bool settings_load(struct settings *settings, const char *path, complain_fn *complain, void *user) {
    struct loading loading = {settings, path, complain, user};

    return lines_read(path, use_line, &loading);
}
