/* SPDX-License-Identifier: MIT */
#include "voice/spoken.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORD_BYTES 32

/* What is said in place of a word: by voices that spell or guess what is not in their lexicon, and
 * by those that know sounds; NULL: the same. */
struct saying {
    const char *spelt;
    const char *known;
};

/* Sounds, by their letters: once each, in small letters; the longest run of one letter must be this
 * long. So "Shhhh", "SHH" and "sh" are one. */
static const struct {
    const char *letters;
    size_t run;
    struct saying saying;
} SOUNDS[] = {
    {"ah", 2, {"ah", NULL}},       {"ar", 2, {"are", NULL}},     {"aw", 2, {"awe", NULL}},
    {"br", 2, {"bur", NULL}},      {"bz", 1, {"buzz", NULL}},    {"ew", 2, {"ee-you", NULL}},
    {"gr", 2, {"gur", "girr"}},    {"hm", 1, {"hum", "hmm"}},    {"hmph", 1, {"humph", NULL}},
    {"hr", 2, {"her", "hurr"}},    {"m", 2, {"um", "mmm"}},      {"no", 3, {"no", NULL}},
    {"oh", 2, {"oh", NULL}},       {"pf", 2, {"pift", "piff"}},  {"pft", 1, {"pift", "pifft"}},
    {"psh", 1, {"pish", NULL}},    {"pst", 1, {"pist", "psst"}}, {"r", 2, {"are", NULL}},
    {"s", 2, {"siss", NULL}},      {"sh", 1, {"shush", NULL}},   {"so", 3, {"so", NULL}},
    {"tsk", 1, {"tisk", "tissk"}}, {"vr", 2, {"vroom", NULL}},   {"yes", 3, {"yes", NULL}},
    {"z", 2, {"zuz", NULL}},
};

/* Whole words as they are written; has_dot: the dot that may follow belongs to the word. */
static const struct {
    const char *written;
    struct saying saying;
    bool has_dot;
} WORDS[] = {
    {"Ms", {"Miz", "Mizz"}, true},
    {"isn't", {"izzent", "isn't"}, false},
    {"Isn't", {"Izzent", "Isn't"}, false},
};
/* Units of what was counted: of one, and of several; some also without a number. */
static const struct {
    const char *written;
    struct saying one, several;
    bool may_be_alone;
} UNITS[] = {
    {"km", {"kilometer", NULL}, {"kilometers", NULL}, true},
    {"cm", {"centimeter", NULL}, {"centimeters", NULL}, true},
    {"kg", {"kilogram", NULL}, {"kilograms", NULL}, true},
    {"mm", {"millimeter", NULL}, {"millimeters", NULL}, false},
    {"m", {"meter", NULL}, {"meters", NULL}, false},
    {"ft", {"foot", NULL}, {"feet", NULL}, false},
    {"lb", {"pound", NULL}, {"pounds", NULL}, false},
    {"lbs", {"pound", NULL}, {"pounds", NULL}, false},
    {"oz", {"ounce", NULL}, {"ounces", NULL}, false},
    {"ml", {"milliliter", NULL}, {"milliliters", NULL}, false},
    {"mph", {"mile per hour", NULL}, {"miles per hour", NULL}, false},
};
/* Of the first letter drawn out; of the last one it is oh. */
static const struct saying OOH = {"ooh", NULL};
/* As a shout; of an hour, voices know it. */
static const struct saying AM = {"am", "AM"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Letters of a word, each run of one letter once. Returns the length of the longest run; 0: it is
 * no word of letters, or a long one. */
static size_t collapse(const char *word, size_t length, char letters[WORD_BYTES]) {
    size_t count = 0, run = 0, longest = 0;

    for (size_t i = 0; i < length; i++) {
        char c = (char)tolower((unsigned char)word[i]);

        if (!isalpha((unsigned char)c) || count + 1 == WORD_BYTES) {
            return 0;
        }
        run = count > 0 && letters[count - 1] == c ? run + 1 : 1;
        longest = run > longest ? run : longest;
        if (run == 1) {
            letters[count++] = c;
        }
    }
    letters[count] = '\0';
    return longest;
}

static const struct saying *find_sound(const char *word, size_t length) {
    char letters[WORD_BYTES];
    size_t run = collapse(word, length, letters);

    if (run > 0 && strcmp(letters, "oh") == 0 && tolower((unsigned char)word[1]) == 'o') {
        return &OOH;
    }
    for (size_t i = 0; run > 0 && i < COUNT(SOUNDS); i++) {
        if (run >= SOUNDS[i].run && strcmp(letters, SOUNDS[i].letters) == 0) {
            return &SOUNDS[i].saying;
        }
    }
    return NULL;
}

static bool is(const char *word, size_t length, const char *other) {
    return strlen(other) == length && memcmp(word, other, length) == 0;
}

static bool is_digit_before(const char *sentence, const char *at) {
    return at > sentence && isdigit((unsigned char)at[-1]);
}

/* Behind a number, or a blank and a number: 5km, 1 km. */
static const struct saying *find_unit(const char *sentence, const char *word, size_t length) {
    const char *number = word - (word > sentence && word[-1] == ' ' ? 1 : 0);
    bool is_counted = is_digit_before(sentence, number);
    bool is_one = is_counted && number[-1] == '1' &&
                  (number - 1 == sentence || strchr("0123456789.,:/-", number[-2]) == NULL);

    for (size_t i = 0; i < COUNT(UNITS); i++) {
        if (is(word, length, UNITS[i].written) && (is_counted || UNITS[i].may_be_alone)) {
            return is_one ? &UNITS[i].one : &UNITS[i].several;
        }
    }
    return NULL;
}

/* What is said for the `length` bytes of a word; NULL: the word itself. A dot that belongs to it is
 * added to length. */
static const struct saying *find(const char *sentence, const char *word, size_t *length) {
    bool is_hour = word - sentence >= 2 && isdigit((unsigned char)word[-2]);
    const struct saying *unit = find_unit(sentence, word, *length);

    if (unit != NULL || is_digit_before(sentence, word)) {
        return unit;
    }
    if (is(word, *length, "AM") && !is_hour) {
        return &AM;
    }
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        if (is(word, *length, WORDS[i].written)) {
            *length += WORDS[i].has_dot && word[*length] == '.' ? 1 : 0;
            return &WORDS[i].saying;
        }
    }
    return find_sound(word, *length);
}

static bool is_of_word(char c) {
    return isalnum((unsigned char)c) || c == '\'';
}

/* Letters behind digits, as in 5km, are a word of their own. */
static bool begins_unit(const char *at) {
    return isalpha((unsigned char)*at) && isdigit((unsigned char)at[-1]);
}

/* Bytes of a word at the start of a text, without quotes. */
static size_t word_length(const char *text) {
    size_t length = 0;

    while (is_of_word(text[length]) && text[0] != '\'' &&
           (length == 0 || !begins_unit(text + length))) {
        length++;
    }
    while (length > 0 && text[length - 1] == '\'') {
        length--;
    }
    return length;
}

static const char *said(const struct saying *saying, bool knows_sounds) {
    if (saying == NULL) {
        return NULL;
    }
    return knows_sounds && saying->known != NULL ? saying->known : saying->spelt;
}

void spoken_text(const char *sentence, bool knows_sounds, char *spoken, size_t size) {
    size_t end = 0;

    for (const char *at = sentence; *at != '\0' && end + 1 < size;) {
        bool begins = at == sentence || !is_of_word(at[-1]) || at[-1] == '\'' || begins_unit(at);
        size_t length = begins ? word_length(at) : 0, taken = length;
        const struct saying *saying = length > 0 ? find(sentence, at, &taken) : NULL;
        const char *found = said(saying, knows_sounds);
        const char *blank = is_digit_before(sentence, at) ? " " : "";

        if (found != NULL && end + strlen(blank) + strlen(found) < size) {
            end += (size_t)snprintf(spoken + end, size - end, "%s%s", blank, found);
            at += taken;
            continue;
        }
        /* The whole word, so that no part of it is looked for. */
        for (length = length > 0 ? length : 1; length > 0 && end + 1 < size; length--) {
            spoken[end++] = *at++;
        }
    }
    spoken[end] = '\0';
}
