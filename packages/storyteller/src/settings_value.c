/* SPDX-License-Identifier: MIT */
#include "settings_value.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <lines.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MIN 60
#define NOON_MIN (12 * HOUR_MIN)
#define DAY_MIN (24 * HOUR_MIN)
/* More are a separator of thousands, or a mistake. */
#define DECIMALS_AT_MOST 2

/* Characters that word processors and telephones put in the place of plain ones. */
static const struct {
    const char *bytes;
    char plain;
} TYPOGRAPHY[] = {
    {"\xE2\x80\x90", '-'}, {"\xE2\x80\x91", '-'}, {"\xE2\x80\x92", '-'}, {"\xE2\x80\x93", '-'},
    {"\xE2\x80\x94", '-'}, {"\xE2\x88\x92", '-'}, {"\xE2\x80\x98", '"'}, {"\xE2\x80\x99", '"'},
    {"\xE2\x80\x9A", '"'}, {"\xE2\x80\x9C", '"'}, {"\xE2\x80\x9D", '"'}, {"\xE2\x80\x9E", '"'},
    {"\xC2\xAB", '"'},     {"\xC2\xBB", '"'},     {"\xC2\xA0", ' '},     {"\xE2\x80\xAF", ' '},
    {"\x91", '"'},         {"\x92", '"'},         {"\x93", '"'},         {"\x94", '"'},
    {"\x96", '-'},         {"\x97", '-'},         {"\xA0", ' '},
};

static const struct {
    enum value_unit unit;
    const char *word;
    int factor;
} UNITS[] = {
    {VALUE_PERCENT, "%", 1},
    {VALUE_PERCENT, "percent", 1},
    {VALUE_PERCENT, "per cent", 1},
    {VALUE_SECONDS, "s", 1},
    {VALUE_SECONDS, "sec", 1},
    {VALUE_SECONDS, "secs", 1},
    {VALUE_SECONDS, "second", 1},
    {VALUE_SECONDS, "seconds", 1},
    {VALUE_SECONDS, "min", 60},
    {VALUE_SECONDS, "mins", 60},
    {VALUE_SECONDS, "minute", 60},
    {VALUE_SECONDS, "minutes", 60},
    {VALUE_MINUTES, "m", 1},
    {VALUE_MINUTES, "min", 1},
    {VALUE_MINUTES, "mins", 1},
    {VALUE_MINUTES, "minute", 1},
    {VALUE_MINUTES, "minutes", 1},
    {VALUE_MINUTES, "h", 60},
    {VALUE_MINUTES, "hour", 60},
    {VALUE_MINUTES, "hours", 60},
    {VALUE_STORIES, "story", 1},
    {VALUE_STORIES, "stories", 1},
    {VALUE_STORIES, "a day", 1},
    {VALUE_STORIES, "per day", 1},
    {VALUE_STORIES, "stories a day", 1},
    {VALUE_STORIES, "stories per day", 1},
};

static bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}

/* What stands at that place of the text, or COUNT(TYPOGRAPHY). Windows' characters are single
 * bytes, which in UTF-8 only follow others. */
static size_t find_typography(const char *text, const char *at) {
    size_t i = 0;

    while (i < COUNT(TYPOGRAPHY) &&
           strncmp(at, TYPOGRAPHY[i].bytes, strlen(TYPOGRAPHY[i].bytes)) != 0) {
        i++;
    }
    if (i < COUNT(TYPOGRAPHY) && TYPOGRAPHY[i].bytes[1] == '\0' && at > text &&
        (unsigned char)at[-1] >= 0x80) {
        return COUNT(TYPOGRAPHY);
    }
    return i;
}

char *value_clean(char *text) {
    char *to = text;
    size_t length, taken;

    for (const char *at = text; *at != '\0'; at += taken) {
        size_t i = find_typography(text, at);

        taken = i < COUNT(TYPOGRAPHY) ? strlen(TYPOGRAPHY[i].bytes) : 1;
        *to++ = i < COUNT(TYPOGRAPHY) ? TYPOGRAPHY[i].plain : *at;
    }
    *to = '\0';
    text = lines_trim(text);
    length = strlen(text);
    if (length > 1 && is_quote(text[0]) && is_quote(text[length - 1])) {
        text[length - 1] = '\0';
        text = lines_trim(text + 1);
    }
    return text;
}

static const char *skip_spaces(const char *text) {
    return text + strspn(text, " \t");
}

bool value_number(const char *text, enum value_unit unit, long *number) {
    char *end;

    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno != 0 || *number > INT_MAX / HOUR_MIN) {
        return false;
    }
    if ((*end == '.' || *end == ',') && isdigit((unsigned char)end[1])) {
        size_t decimals = strspn(end + 1, "0123456789");

        bool is_whole = strspn(end + 1, "0") == decimals;
        bool is_zero_no_limit = unit == VALUE_MINUTES || unit == VALUE_STORIES;

        /* "0.5 hours" is not 0, which is no limit. */
        if (decimals > DECIMALS_AT_MOST || (*number == 0 && !is_whole && is_zero_no_limit)) {
            return false;
        }
        end += 1 + decimals;
    }
    text = skip_spaces(end);
    for (size_t i = 0; *text != '\0' && i < COUNT(UNITS); i++) {
        if (UNITS[i].unit == unit && strcasecmp(text, UNITS[i].word) == 0) {
            *number *= UNITS[i].factor;
            return true;
        }
    }
    return *text == '\0';
}

bool value_yes_or_no(const char *text, int *number) {
    static const char *const WORDS[] = {"no",   "yes", "off", "on",    "0",      "1",    "false",
                                        "true", "n",   "y",   "never", "always", "none", "all"};

    for (size_t i = 0; i < COUNT(WORDS); i++) {
        if (strcasecmp(text, WORDS[i]) == 0) {
            *number = (int)(i % 2);
            return true;
        }
    }
    return false;
}

/* Behind a word that the text begins with, and spaces; NULL: it does not. */
static const char *behind(const char *text, const char *word) {
    size_t length = strlen(word);

    if (strncasecmp(text, word, length) != 0 || isalpha((unsigned char)text[length])) {
        return NULL;
    }
    return skip_spaces(text + length);
}

/* "am", "p.m."; `minutes` of a clock with twelve hours. Returns what follows, or NULL. */
static const char *read_half(const char *text, int *minutes) {
    static const char *const HALVES[] = {"a.m.", "am", "a.m", "p.m.", "pm", "p.m"};

    for (size_t i = 0; i < COUNT(HALVES); i++) {
        const char *rest = behind(text, HALVES[i]);

        if (rest != NULL) {
            if (*minutes < HOUR_MIN || *minutes >= NOON_MIN + HOUR_MIN) {
                return NULL;
            }
            *minutes =
                *minutes % NOON_MIN + (tolower((unsigned char)text[0]) == 'p' ? NOON_MIN : 0);
            return rest;
        }
    }
    return text;
}

/* "20", "20:00", "20.00", "20h", "8 pm", "noon". Returns what follows, or NULL. */
static const char *read_time(const char *text, int *minutes) {
    const char *rest = behind(text, "midnight");
    char *end;
    long hours, past = 0;

    *minutes = 0;
    if (rest != NULL) {
        return rest;
    }
    if ((rest = behind(text, "noon")) != NULL) {
        *minutes = NOON_MIN;
        return rest;
    }
    if (strspn(text, "0123456789") - 1 > 1) {
        return NULL;
    }
    hours = strtol(text, &end, 10);
    if (*end != '\0' && strchr(":.h", *end) != NULL) {
        size_t digits = strspn(end + 1, "0123456789");

        if (digits == 2) {
            past = strtol(end + 1, &end, 10);
        } else if (digits == 0 && *end == 'h') {
            end++;
        } else {
            return NULL;
        }
    }
    if (hours > 24 || past > 59 || (hours == 24 && past > 0)) {
        return NULL;
    }
    *minutes = (int)(hours * HOUR_MIN + past);
    rest = read_half(skip_spaces(end), minutes);
    *minutes %= DAY_MIN;
    return rest;
}

/* Behind what stands between two times, or NULL. */
static const char *skip_to(const char *text) {
    static const char *const WORDS[] = {"to", "until", "till", "and"};

    if (*text == '-') {
        return skip_spaces(text + strspn(text, "-"));
    }
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        const char *rest = behind(text, WORDS[i]);

        if (rest != NULL) {
            return rest;
        }
    }
    return NULL;
}

bool value_hours(const char *text, int minutes[2]) {
    const char *rest = behind(text, "from");

    rest = rest == NULL ? behind(text, "between") : rest;
    text = read_time(rest != NULL ? rest : text, &minutes[0]);
    text = text != NULL ? skip_to(text) : NULL;
    text = text != NULL ? read_time(text, &minutes[1]) : NULL;
    return text != NULL && *text == '\0' && minutes[0] != minutes[1];
}
