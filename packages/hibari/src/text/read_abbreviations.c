/* SPDX-License-Identifier: MIT */
/* Abbreviations before a dot, and words of which only first letters are written. */
#include <ctype.h>
#include <string.h>

#include "read_parts.h"
#include "word.h"
#include "words.h"

/* Before a dot, and where. */
static const struct {
    const char *written, *spoken;
    enum where { ANYWHERE, BEHIND_NAME, BEFORE_NUMBER } where;
} ABBREVIATIONS[] = {
    {"St", "street", BEHIND_NAME},      {"Dr", "drive", BEHIND_NAME},
    {"Ave", "avenue", BEHIND_NAME},     {"Rd", "road", BEHIND_NAME},
    {"No", "number", BEFORE_NUMBER},    {"Nos", "numbers", BEFORE_NUMBER},
    {"Jan", "January", BEFORE_NUMBER},  {"Feb", "February", BEFORE_NUMBER},
    {"Mar", "March", BEFORE_NUMBER},    {"Apr", "April", BEFORE_NUMBER},
    {"Aug", "August", BEFORE_NUMBER},   {"Sept", "September", BEFORE_NUMBER},
    {"Oct", "October", BEFORE_NUMBER},  {"Nov", "November", BEFORE_NUMBER},
    {"Dec", "December", BEFORE_NUMBER}, {"Prof", "professor", ANYWHERE},
    {"Capt", "captain", ANYWHERE},      {"St", "saint", ANYWHERE},
    {"Mt", "mount", ANYWHERE},          {"vs", "versus", ANYWHERE},
    {"etc", "et cetera", ANYWHERE},     {"Mr", "Mr", ANYWHERE},
    {"Mrs", "Mrs", ANYWHERE},           {"Dr", "Dr", ANYWHERE},
    {"Sr", "senior", ANYWHERE},         {"Jr", "junior", ANYWHERE},
};
static const struct {
    const char *written, *spoken;
} INITIALS[] = {
    {"e.g.", "for example"}, {"E.g.", "for example"}, {"i.e.", "that is"}, {"I.e.", "that is"}};

/* Nothing but quotes up to the end. */
static bool is_end(const char *text) {
    return text[strspn(text, "\"')")] == '\0';
}

static bool is_where(const struct reader *reader, enum where where, const char *behind) {
    const char *next = behind + strspn(behind, " ");
    switch (where) {
    case BEHIND_NAME:
        return reader->is_capital && !isupper((unsigned char)*next);
    case BEFORE_NUMBER:
        return next > behind && char_is_digit(*next);
    default:
        return true;
    }
}

bool read_abbreviation(struct reader *reader) {
    size_t length = word_length(reader->at);
    const char *behind = reader->at + length;
    for (size_t i = 0; *behind == '.' && i < sizeof ABBREVIATIONS / sizeof ABBREVIATIONS[0]; i++) {
        if (word_is(reader->at, length, ABBREVIATIONS[i].written) &&
            is_where(reader, ABBREVIATIONS[i].where, behind + 1)) {
            /* The dot may end the sentence, too. */
            reader->at = behind + (is_end(behind + 1) ? 0 : 1);
            reader_say(reader, ABBREVIATIONS[i].spoken, reader->at, false);
            reader_forget(reader);
            return true;
        }
    }
    return false;
}

/* A. A. Milne; but "You and I." ends a sentence. */
static bool is_initial_of_name(const char *at) {
    return isupper((unsigned char)at[0]) && at[0] != 'I' && at[2] == ' ' &&
           isupper((unsigned char)at[3]);
}

/* U.S., a.m., the A. of a name, and the AM of an hour. Returns its bytes; 0: it is none. */
static size_t initials_length(const struct reader *reader) {
    const char *at = reader->at;
    size_t length = 0, word = word_length(at);
    while (char_is_letter(at[length]) && at[length + 1] == '.') {
        length += 2;
    }
    if ((length > 2 && !char_is_letter(at[length])) || (length == 2 && is_initial_of_name(at))) {
        return length;
    }
    return reader->is_number && word == 2 && tolower((unsigned char)at[1]) == 'm' &&
                   strchr("apAP", at[0]) != NULL
               ? word
               : 0;
}

bool read_initials(struct reader *reader) {
    size_t length = initials_length(reader), last = 0;
    struct sounds all = {0};
    for (size_t i = 0; i < sizeof INITIALS / sizeof INITIALS[0]; i++) {
        if (word_is(reader->at, length, INITIALS[i].written)) {
            reader->at += length;
            reader_say(reader, INITIALS[i].spoken, reader->at, false);
            reader_forget(reader);
            return true;
        }
    }
    for (size_t i = 0; i < length; i++) {
        struct place place = {.follows = FOLLOWS_PAUSE};
        struct sounds letter;
        if (char_is_letter(reader->at[i])) {
            char capital = (char)toupper((unsigned char)reader->at[i]);
            (void)words_find(reader->words, &capital, 1, place.uses, &letter);
            sounds_weaken(&letter);
            sounds_stress(&letter, P_WEAK_STRESS);
            last = all.count;
            sounds_join(&all, &letter);
        }
    }
    for (size_t i = last; i < all.count; i++) {
        all.at[i] = all.at[i] == P_WEAK_STRESS ? P_STRESS : all.at[i];
    }
    /* The last dot ends the sentence, too. */
    const char *behind = reader->at + length;
    bool ends = length > 0 && behind[-1] == '.' && is_end(behind);
    reader->at = behind - (ends ? 1 : 0);
    reader_put_sounds(reader, &all);
    if (length > 0) {
        reader_forget(reader);
    }
    return length > 0;
}
