/* SPDX-License-Identifier: MIT */
/* Numbers with their signs, and Roman ones. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "read_parts.h"

/* Behind them a Roman number counts; behind any other name it says which of that name. */
static const char *const COUNTED[] = {
    "chapter", "part", "war", "volume", "book", "act", "scene", "level", "number", "type", "page",
};

/* Bytes of the s in 1990s and 1990's. */
static size_t plural_length(const char *text) {
    size_t length = *text == '\'' ? 1 : 0;
    return text[length] == 's' && !char_is_letter(text[length + 1]) ? length + 1 : 0;
}

/* In 20-30, the hyphen. */
static bool is_range(const char *hyphen, size_t before) {
    if (*hyphen != '-' || before > 9 || strspn(hyphen + 1, "0123456789") > 9) {
        return false;
    }
    return char_is_digit(hyphen[1]) &&
           strtoul(hyphen - before, NULL, 10) < strtoul(hyphen + 1, NULL, 10);
}

bool read_number(struct reader *reader) {
    char words[NUMBER_WORDS];
    const char *at = reader->at;
    bool is_negative = reader->begins && at[0] == '-' && (char_is_digit(at[1]) || at[1] == '$');
    size_t length = number_read(at + (is_negative ? 1 : 0), words);
    if (length == 0) {
        return false;
    }
    length += is_negative ? 1 : 0;
    bool is_part = reader->is_number && memchr(at, '/', length) != NULL;
    size_t plural = plural_length(at + length);
    reader->at += length + plural;
    reader->needs_blank = reader->needs_blank || !reader->begins;
    if (is_negative || is_part) {
        reader_say(reader, is_negative ? "minus" : "and", reader->at, false);
        reader->needs_blank = true;
    }
    reader_say(reader, words, reader->at, plural > 0);
    reader_forget(reader);
    reader->is_number = true;
    /* As in 10am. */
    reader->needs_blank = char_is_letter(*reader->at);
    if (is_range(reader->at, strspn(at, "0123456789") == length ? length : SIZE_MAX)) {
        reader->at++;
        reader->needs_blank = true;
        reader_say(reader, "to", reader->at, false);
    }
    return true;
}

/* The value of a Roman number in capitals, II to XXXIX; 0: it is none. */
static unsigned roman(const char *text, size_t length) {
    static const char *const TENS[] = {"", "X", "XX", "XXX"};
    static const char *const ONES[] = {"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"};
    for (unsigned value = 2; value < 40; value++) {
        size_t tens = strlen(TENS[value / 10]);
        if (length > 1 && length >= tens && memcmp(text, TENS[value / 10], tens) == 0 &&
            word_is(text + tens, length - tens, ONES[value % 10])) {
            return value;
        }
    }
    return 0;
}

static bool is_counted(const char *word) {
    for (size_t i = 0; i < sizeof COUNTED / sizeof COUNTED[0]; i++) {
        if (strcmp(word, COUNTED[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool read_roman(struct reader *reader) {
    size_t length = strspn(reader->at, "IVX");
    unsigned value = char_is_letter(reader->at[length]) ? 0 : roman(reader->at, length);
    bool counts = is_counted(reader->before);
    if (value == 0 || !(counts || reader->is_capital)) {
        return false;
    }
    char digits[8], words[NUMBER_WORDS], spoken[NUMBER_WORDS + 4];
    snprintf(digits, sizeof digits, counts ? "%u" : "%uth", value);
    (void)number_read(digits, words);
    snprintf(spoken, sizeof spoken, "%s%s", counts ? "" : "the ", words);
    size_t plural = plural_length(reader->at + length);
    reader->at += length + plural;
    reader_say(reader, spoken, reader->at, plural > 0);
    reader_forget(reader);
    return true;
}
