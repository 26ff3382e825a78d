/* SPDX-License-Identifier: MIT */
#include "numbers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *const ONES[] = {
    "zero",     "one",     "two",     "three",     "four",     "five",     "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const TENS[] = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
};
static const char *const SCALES[] = {"", "thousand", "million", "billion"};
static const struct {
    const char *cardinal, *ordinal;
} ORDINALS[] = {
    {"one", "first"},    {"two", "second"}, {"three", "third"},    {"five", "fifth"},
    {"eight", "eighth"}, {"nine", "ninth"}, {"twelve", "twelfth"},
};

enum { MOST_DIGITS = 12 }; /* more are read one by one */

static void add(char *words, const char *word) {
    size_t length = strlen(words);
    if (length + strlen(word) + 2 <= NUMBER_WORDS) {
        snprintf(words + length, NUMBER_WORDS - length, "%s%s", length > 0 ? " " : "", word);
    }
}

static void add_below_1000(char *words, unsigned number) {
    if (number >= 100) {
        add(words, ONES[number / 100]);
        add(words, "hundred");
        number %= 100;
    }
    if (number >= 20) {
        add(words, TENS[number / 10]);
        number %= 10;
    }
    if (number > 0) {
        add(words, ONES[number]);
    }
}

static void add_cardinal(char *words, uint64_t number) {
    uint64_t unit = 1000000000;
    if (number == 0) {
        add(words, ONES[0]);
    }
    for (int scale = 3; scale >= 0; scale--, unit /= 1000) {
        unsigned group = (unsigned)(number / unit % 1000);
        add_below_1000(words, group);
        if (group > 0 && scale > 0) {
            add(words, SCALES[scale]);
        }
    }
}

/* Nineteen ninety-nine, nineteen oh five, two thousand and five. */
static void add_year(char *words, unsigned year) {
    unsigned high = year / 100, low = year % 100;
    if (high == 0 || (high % 10 == 0 && low < 10)) {
        add_cardinal(words, year);
        return;
    }
    add_below_1000(words, high);
    if (low == 0) {
        add(words, "hundred");
    } else if (low < 10) {
        add(words, "oh");
    }
    add_below_1000(words, low);
}

static void add_digits(char *words, const char *digits, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (isdigit((unsigned char)digits[i])) {
            add(words, ONES[digits[i] - '0']);
        }
    }
}

/* Makes the last word an ordinal. */
static void make_ordinal(char *words) {
    char *last = strrchr(words, ' ');
    last = last == NULL ? words : last + 1;
    size_t before = (size_t)(last - words), length = strlen(last);
    for (size_t i = 0; i < sizeof ORDINALS / sizeof ORDINALS[0]; i++) {
        if (strcmp(last, ORDINALS[i].cardinal) == 0) {
            snprintf(last, NUMBER_WORDS - before, "%s", ORDINALS[i].ordinal);
            return;
        }
    }
    const char *ending = length > 0 && last[length - 1] == 'y' ? "ieth" : "th";
    size_t at = before + length - (*ending == 'i' ? 1 : 0);
    snprintf(words + at, NUMBER_WORDS - at, "%s", ending);
}

struct digits {
    size_t length, count; /* bytes, commas included; digits */
    bool has_comma;
    uint64_t value;
};

static struct digits read_digits(const char *text) {
    struct digits digits = {0};
    for (size_t i = 0;; i++) {
        if (isdigit((unsigned char)text[i])) {
            digits.count++;
            digits.value = digits.count <= MOST_DIGITS
                               ? digits.value * 10 + (uint64_t)(text[i] - '0')
                               : digits.value;
        } else if (i == 0 || text[i] != ',' || !isdigit((unsigned char)text[i + 1]) ||
                   !isdigit((unsigned char)text[i + 2]) || !isdigit((unsigned char)text[i + 3])) {
            digits.length = i;
            return digits;
        } else {
            digits.has_comma = true;
        }
    }
}

static bool is_ordinal(const char *text) {
    return (strncmp(text, "st", 2) == 0 || strncmp(text, "nd", 2) == 0 ||
            strncmp(text, "rd", 2) == 0 || strncmp(text, "th", 2) == 0) &&
           !isalnum((unsigned char)text[2]);
}

/* 7:30. Returns its bytes; 0: it is no time. */
static size_t read_time(const char *text, const struct digits *hour, char *words) {
    const char *minutes = text + hour->length + 1;
    if (text[hour->length] != ':' || hour->count > 2 || hour->value > 24 ||
        read_digits(minutes).length != 2 || read_digits(minutes).value > 59) {
        return 0;
    }
    add_cardinal(words, hour->value);
    unsigned value = (unsigned)read_digits(minutes).value;
    if (value == 0) {
        add(words, "o'clock");
    } else {
        if (value < 10) {
            add(words, "oh");
        }
        add_below_1000(words, value);
    }
    return hour->length + 3;
}

/* Bytes of a blank and a scale at the start of a text, as in $3 million. */
static size_t scale_length(const char *text) {
    for (size_t i = 1; i < sizeof SCALES / sizeof SCALES[0]; i++) {
        size_t length = strlen(SCALES[i]);
        if (*text == ' ' && strncmp(text + 1, SCALES[i], length) == 0 &&
            !isalpha((unsigned char)text[length + 1])) {
            return length + 1;
        }
    }
    return 0;
}

/* .25, as point two five. Returns its bytes; 0: there is no such fraction. */
static size_t read_decimals(const char *text, char *words) {
    size_t length = *text == '.' ? read_digits(text + 1).length : 0;
    if (length == 0) {
        return 0;
    }
    add(words, "point");
    add_digits(words, text + 1, length);
    return length + 1;
}

/* $3, $2.50, $1.5 million. Returns its bytes; 0: it is no money. */
static size_t read_money(const char *text, char *words) {
    struct digits dollars = read_digits(text + 1);
    const char *rest = text + 1 + dollars.length;
    if (*text != '$' || dollars.length == 0 || dollars.count > MOST_DIGITS) {
        return 0;
    }
    size_t decimals = *rest == '.' ? read_digits(rest + 1).length : 0;
    size_t behind = decimals > 0 ? decimals + 1 : 0, scale = scale_length(rest + behind);
    if (scale > 0 || (decimals > 0 && decimals != 2)) {
        add_cardinal(words, dollars.value);
        rest += read_decimals(rest, words);
        size_t end = strlen(words);
        if (scale > 0) {
            snprintf(words + end, NUMBER_WORDS - end, " %.*s", (int)scale, rest);
        }
        add(words, "dollars");
        return (size_t)(rest - text) + scale;
    }
    struct digits cents = {0};
    if (*rest == '.' && read_digits(rest + 1).length == 2) {
        cents = read_digits(rest + 1);
        rest += 3;
    }
    if (dollars.value > 0 || cents.value == 0) {
        add_cardinal(words, dollars.value);
        add(words, dollars.value == 1 ? "dollar" : "dollars");
    }
    if (dollars.value > 0 && cents.value > 0) {
        add(words, "and");
    }
    if (cents.value > 0) {
        add_cardinal(words, cents.value);
        add(words, cents.value == 1 ? "cent" : "cents");
    }
    return (size_t)(rest - text);
}

/* 3/4, as three quarters. Returns its bytes; 0: it is no fraction of something. */
static size_t read_fraction(const char *text, const struct digits *above, char *words) {
    const char *rest = text + above->length + 1;
    if (text[above->length] != '/') {
        return 0;
    }
    struct digits below = read_digits(rest);
    if (below.count == 0 || below.count > 2 || rest[below.length] == '/' || above->value == 0 ||
        above->value >= below.value) {
        return 0;
    }
    add_cardinal(words, above->value);
    if (below.value == 2) {
        add(words, "half");
    } else {
        char part[NUMBER_WORDS] = "quarter";
        if (below.value != 4) {
            part[0] = '\0';
            add_cardinal(part, below.value);
            make_ordinal(part);
        }
        add(words, part);
        if (above->value > 1) {
            strcat(words, "s"); /* there is room behind two small numbers */
        }
    }
    return above->length + 1 + below.length;
}

/* 555-0123, 555-123-4567: digit by digit. Returns its bytes; 0: it is none. */
static size_t read_telephone(const char *text, char *words) {
    size_t length = 0, groups = 0, digits = strspn(text, "0123456789");
    while (digits == 3 && text[length + 3] == '-') {
        length += 4;
        groups++;
        digits = strspn(text + length, "0123456789");
    }
    if (groups == 0 || groups > 2 || digits != 4 || text[length + 4] == '-') {
        return 0;
    }
    add_digits(words, text, length + 4);
    return length + 4;
}

size_t number_read(const char *text, char words[NUMBER_WORDS]) {
    words[0] = '\0';
    size_t length = read_money(text, words);
    struct digits digits = read_digits(text);
    if (length > 0 || digits.length == 0) {
        return length;
    }
    length = read_time(text, &digits, words);
    length = length > 0 ? length : read_telephone(text, words);
    length = length > 0 ? length : read_fraction(text, &digits, words);
    if (length > 0) {
        return length;
    }
    length = digits.length;
    if (digits.count > MOST_DIGITS || (text[0] == '0' && digits.count > 1)) {
        add_digits(words, text, length);
    } else if (is_ordinal(text + length)) {
        add_cardinal(words, digits.value);
        make_ordinal(words);
        return length + 2;
    } else if (digits.count == 4 && !digits.has_comma) {
        add_year(words, (unsigned)digits.value);
    } else {
        add_cardinal(words, digits.value);
    }
    length += read_decimals(text + length, words);
    if (text[length] == '%') {
        add(words, "percent");
        length++;
    }
    return length;
}
