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

/* $3, $2.50. Returns its bytes; 0: it is no money. */
static size_t read_money(const char *text, char *words) {
    struct digits dollars = read_digits(text + 1);
    const char *rest = text + 1 + dollars.length;
    if (*text != '$' || dollars.length == 0 || dollars.count > MOST_DIGITS) {
        return 0;
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

size_t number_read(const char *text, char words[NUMBER_WORDS]) {
    words[0] = '\0';
    size_t length = read_money(text, words);
    if (length > 0) {
        return length;
    }
    struct digits digits = read_digits(text);
    if (digits.length == 0) {
        return 0;
    }
    length = read_time(text, &digits, words);
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
    if (text[length] == '.' && isdigit((unsigned char)text[length + 1])) {
        size_t fraction = read_digits(text + length + 1).length;
        add(words, "point");
        add_digits(words, text + length + 1, fraction);
        length += 1 + fraction;
    }
    if (text[length] == '%') {
        add(words, "percent");
        length++;
    }
    return length;
}
