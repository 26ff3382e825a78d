/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 128

static const struct field {
    const char *key;
    size_t offset;
    int low, high;
} FIELDS[] = {
    {"volume", offsetof(struct settings, volume), 0, 100},
    {"speed", offsetof(struct settings, speed), 50, 200},
    {"pause", offsetof(struct settings, pause_s), 0, 3600},
    {"temperature", offsetof(struct settings, temperature), 0, 200},
    {"steps", offsetof(struct settings, steps), 1, 100000},
};

#define FIELD_COUNT (sizeof(FIELDS) / sizeof(FIELDS[0]))

struct settings settings_default(void)
{
    return (struct settings){
        .volume = 100, .speed = 90, .pause_s = 4, .temperature = 90, .steps = 256};
}

bool settings_number(const char *text, long low, long high, long *number)
{
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '-')
        return false;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && end != text && *number >= low && *number <= high;
}

static char *trim(char *text)
{
    size_t length;

    while (isspace((unsigned char)*text))
        text++;
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static const struct field *find_field(const char *key)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(FIELDS[i].key, key) == 0)
            return &FIELDS[i];
    }
    return NULL;
}

/* Use one line; what is wrong with it is written to problem, which is left empty when all is well.
 */
static void use_line(struct settings *settings, char *line, char *problem, size_t size)
{
    char *key = trim(line);
    char *equals = strchr(key, '=');
    const struct field *field;
    long number;

    problem[0] = '\0';
    if (key[0] == '\0' || key[0] == '#')
        return;
    if (equals == NULL) {
        snprintf(problem, size, "'%s' is not of the form key=value", key);
        return;
    }
    *equals = '\0';
    field = find_field(trim(key));
    if (field == NULL) {
        snprintf(problem, size,
                 "'%s' is no setting; there are volume, speed, pause, temperature, steps",
                 trim(key));
    } else if (!settings_number(trim(equals + 1), field->low, field->high, &number)) {
        snprintf(problem, size, "%s must be a number from %d to %d, not '%s'", field->key,
                 field->low, field->high, trim(equals + 1));
    } else {
        int value = (int)number;

        memcpy((char *)settings + field->offset, &value, sizeof(value));
    }
}

/* The rest of a line that is longer than any that means something. */
static void skip_rest(FILE *file, const char *line)
{
    int c = strchr(line, '\n') != NULL ? '\n' : ' ';

    while (c != '\n' && c != EOF)
        c = fgetc(file);
}

bool settings_load(struct settings *settings, const char *path, settings_complaint_fn *complain,
                   void *user)
{
    FILE *file = fopen(path, "r");
    char line[LINE_BYTES], problem[2 * LINE_BYTES], complaint[4 * LINE_BYTES];
    int reason;

    if (file == NULL)
        return false;
    errno = 0;
    for (int number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
        skip_rest(file, line);
        use_line(settings, line, problem, sizeof(problem));
        if (problem[0] != '\0') {
            snprintf(complaint, sizeof(complaint), "%s:%d: %s", path, number, problem);
            complain(user, complaint);
        }
    }
    /* A folder can be opened, but not read. */
    reason = ferror(file) ? errno : 0;
    fclose(file);
    errno = reason;
    return reason == 0;
}
