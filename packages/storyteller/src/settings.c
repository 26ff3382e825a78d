/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "settings_value.h"
#include "sound/sound.h"

/* Between names of sound cards, and within them. */
#define LIST_MARKS ", :-_"
#define PROBLEM_BYTES SETTINGS_PROBLEM_BYTES

enum kind { NUMBER, YES_OR_NO, HOURS, WORD, LIST };

/* What holds where a value is not clear: nothing that is louder, longer or later. NO_CARE: what
 * held before. */
#define NO_CARE INT_MIN
#define CAREFUL_VOLUME 30
#define CAREFUL_STORIES 3
#define CAREFUL_SLEEP_MIN 30
#define CAREFUL_QUIET_FROM (19 * 60)
#define CAREFUL_QUIET_TO (8 * 60)

static const struct field {
    const char *key;
    size_t offset;
    enum kind kind;
    enum value_unit unit;
    int low, high;
    int careful;
} FIELDS[] = {
    {"volume", offsetof(struct settings, volume), NUMBER, VALUE_PERCENT, 0, 100, CAREFUL_VOLUME},
    {"speed", offsetof(struct settings, speed), NUMBER, VALUE_PERCENT, 50, 200, NO_CARE},
    {"pitch", offsetof(struct settings, pitch), NUMBER, VALUE_PERCENT, 50, 200, NO_CARE},
    {"voice", offsetof(struct settings, voice), WORD, VALUE_PLAIN, 0, 0, NO_CARE},
    {"pause", offsetof(struct settings, pause_s), NUMBER, VALUE_SECONDS, 0, 3600, NO_CARE},
    {"temperature", offsetof(struct settings, temperature), NUMBER, VALUE_PERCENT, 0, 200, NO_CARE},
    {"steps", offsetof(struct settings, steps), NUMBER, VALUE_PLAIN, 1, 100000, NO_CARE},
    {"choices", offsetof(struct settings, choices), NUMBER, VALUE_PLAIN, 0, 1000, NO_CARE},
    {"stories", offsetof(struct settings, stories), NUMBER, VALUE_STORIES, 0, 1000,
     CAREFUL_STORIES},
    {"sleep", offsetof(struct settings, sleep_min), NUMBER, VALUE_MINUTES, 0, 600,
     CAREFUL_SLEEP_MIN},
    {"switch_off", offsetof(struct settings, switch_off), YES_OR_NO, VALUE_PLAIN, 0, 1, NO_CARE},
    {"keep_texts", offsetof(struct settings, keep_texts), YES_OR_NO, VALUE_PLAIN, 0, 1, NO_CARE},
    {"quiet", offsetof(struct settings, quiet_from), HOURS, VALUE_PLAIN, 0, 0, CAREFUL_QUIET_FROM},
    {"sound", offsetof(struct settings, sound), LIST, VALUE_PLAIN, 0, 0, NO_CARE},
    {"mixer", offsetof(struct settings, mixer), YES_OR_NO, VALUE_PLAIN, 0, 1, 0},
    {"keep_sound", offsetof(struct settings, keep_sound), NUMBER, VALUE_STORIES, 0, 1000, NO_CARE},
};

#define FIELD_COUNT (sizeof(FIELDS) / sizeof(FIELDS[0]))

struct settings settings_default(void) {
    return (struct settings){.voice = "slt",
                             .sound = SOUND_ANY,
                             .mixer = 1,
                             .volume = 100,
                             .speed = 100,
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

/* Behind the key, which the text begins with, and the mark or the space there; NULL: it does not.
 * "Switch off" and "switch-off" are switch_off. */
static char *behind_key(char *text, const char *key) {
    char *mark;

    for (; *key != '\0'; key++, text++) {
        bool is_same = *key == '_' ? *text != '\0' && strchr("_- ", *text) != NULL
                                   : tolower((unsigned char)*text) == *key;

        if (!is_same) {
            return NULL;
        }
    }
    mark = text + strspn(text, " \t");
    if (*mark == '=' || *mark == ':') {
        return mark + 1;
    }
    return mark > text && *mark != '\0' ? mark : NULL;
}

static const struct field *find_field(char *line, char **value) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        *value = behind_key(line, FIELDS[i].key);
        if (*value != NULL) {
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

/* Read a value that is no word. Only where 0 is the careful side, or none, may it be said as "no".
 */
static bool read_value(const struct field *field, const char *value, int values[2]) {
    long number = 0;
    bool is_no = value_yes_or_no(value, &values[0]) && values[0] == 0;

    switch (field->kind) {
    case NUMBER:
        if (is_no && field->low == 0 && field->unit != VALUE_STORIES) {
            return true;
        }
        if (!value_number(value, field->unit, &number) || number < field->low ||
            number > field->high) {
            return false;
        }
        values[0] = (int)number;
        return true;
    case YES_OR_NO:
        return value_yes_or_no(value, &values[0]);
    case HOURS:
        return is_no || value_hours(value, values);
    default:
        return false;
    }
}

/* What the value must be. */
static void describe(const struct field *field, const char *value, char *problem) {
    if (field->kind == NUMBER) {
        snprintf(problem, PROBLEM_BYTES, "%s must be a number from %d to %d, not '%s'", field->key,
                 field->low, field->high, value);
    } else if (field->kind == YES_OR_NO) {
        snprintf(problem, PROBLEM_BYTES, "%s must be yes or no, not '%s'", field->key, value);
    } else {
        snprintf(problem, PROBLEM_BYTES, "%s must be like 20:00-7:00, or no, not '%s'", field->key,
                 value);
    }
}

/* Who wrote something wanted something: not that it is as loud, and for as long, as it can be. */
static void be_careful(struct settings *settings, const struct field *field, char *problem) {
    int *held = (int *)((char *)settings + field->offset);
    size_t length = strlen(problem);
    bool has_limit = *held > 0 || field->unit == VALUE_PERCENT || field->kind == YES_OR_NO;

    if (field->careful == NO_CARE) {
        return;
    }
    if (field->kind == HOURS) {
        held[0] = CAREFUL_QUIET_FROM;
        held[1] = CAREFUL_QUIET_TO;
        snprintf(problem + length, PROBLEM_BYTES - length, " (until then: 19:00-8:00)");
        return;
    }
    *held = has_limit && *held < field->careful ? *held : field->careful;
    if (field->kind == YES_OR_NO) {
        snprintf(problem + length, PROBLEM_BYTES - length, " (until then: no)");
    } else {
        snprintf(problem + length, PROBLEM_BYTES - length, " (until then: %d)", *held);
    }
}

/* What is wrong with the value is written to problem, which is left as it is when all is well. */
static void set_field(struct settings *settings, const struct field *field, const char *value,
                      char *problem) {
    char *target = (char *)settings + field->offset;
    int values[2] = {0, 0};

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
    if (!read_value(field, value, values)) {
        describe(field, value, problem);
        be_careful(settings, field, problem);
        return;
    }
    memcpy(target, values, field->kind == HOURS ? sizeof(values) : sizeof(values[0]));
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
    char *mark, *value;

    line[strcspn(line, "#")] = '\0';
    line = lines_trim(line);
    field = find_field(line, &value);
    mark = strpbrk(line, "=:");
    if (field != NULL) {
        loading->settings->named |= 1u << (field - FIELDS);
        set_field(loading->settings, field, value_clean(value), problem);
    } else if (mark != NULL) {
        *mark = '\0';
        list_fields(lines_trim(line), problem);
    } else {
        snprintf(problem, sizeof(problem), "'%s' is not of the form key=value", line);
    }
    if (problem[0] != '\0') {
        loading->complain(loading->user, &complaint);
    }
}

bool settings_load(struct settings *settings, const char *path, complain_fn *complain, void *user) {
    struct loading loading = {settings, path, complain, user};

    return lines_read(path, use_line, &loading);
}

int settings_find(const char *line) {
    char copy[LINES_BYTES], *value;
    const struct field *field;

    snprintf(copy, sizeof(copy), "%s=", line); /* a name alone is enough */
    field = find_field(copy, &value);
    return field != NULL ? (int)(field - FIELDS) : -1;
}

const char *settings_name(int number) {
    return FIELDS[number].key;
}

void settings_value(const struct settings *settings, int number, char value[SETTINGS_VALUE_BYTES]) {
    const struct field *field = &FIELDS[number];
    const char *held = (const char *)settings + field->offset;
    int numbers[2] = {0, 0};

    if (field->kind == WORD || field->kind == LIST) {
        snprintf(value, SETTINGS_VALUE_BYTES, "%s", held);
        return;
    }
    memcpy(numbers, held, field->kind == HOURS ? sizeof(numbers) : sizeof(numbers[0]));
    if (field->kind == NUMBER) {
        snprintf(value, SETTINGS_VALUE_BYTES, "%d", numbers[0]);
    } else if (field->kind == YES_OR_NO || numbers[0] == numbers[1]) {
        snprintf(value, SETTINGS_VALUE_BYTES, "%s",
                 field->kind == YES_OR_NO && numbers[0] != 0 ? "yes" : "no");
    } else {
        snprintf(value, SETTINGS_VALUE_BYTES, "%d:%02d-%d:%02d", numbers[0] / 60, numbers[0] % 60,
                 numbers[1] / 60, numbers[1] % 60);
    }
}

bool settings_use(struct settings *settings, const char *line,
                  char problem[SETTINGS_PROBLEM_BYTES]) {
    struct settings changed = *settings;
    char copy[LINES_BYTES], *value;
    const struct field *field;

    snprintf(copy, sizeof(copy), "%s", line);
    field = find_field(copy, &value);
    if (field == NULL) {
        snprintf(problem, PROBLEM_BYTES, "a value is missing");
        return false;
    }
    problem[0] = '\0';
    set_field(&changed, field, value_clean(value), problem);
    if (problem[0] != '\0') {
        problem[strcspn(problem, "(")] = '\0'; /* no careful value holds until then */
        return false;
    }
    *settings = changed;
    return true;
}
