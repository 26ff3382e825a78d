/* SPDX-License-Identifier: MIT */
#include "read.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endings.h"
#include "numbers.h"
#include "word.h"
#include "words.h"

enum {
    LAST = HIBARI_PHONEMES - 1, /* place of the closing pad, at most */
    PARTS = 8,                  /* of a word with hyphens, the rest are words of their own */
    CONTEXT = 16,               /* bytes of a neighbour, with the NUL: long ones say nothing */
};

/* Where a clause may end. */
struct cut {
    size_t bytes, count;
};

struct reader {
    const struct hibari_words *words;
    const char *text, *at;
    struct hibari_clause *clause;
    struct cut word, punctuation; /* behind the last of each that fitted */
    bool is_full;
    bool begins;      /* the next phoneme begins a blank-separated word */
    bool needs_blank; /* before the next phoneme */
    bool is_name;     /* the word before begins with a capital, inside a sentence */
    bool is_number;   /* it was a number */
    bool is_capital;  /* it begins with a capital */
    char before[CONTEXT], earlier[CONTEXT]; /* the last word, and the one before it */
};

/* Before a dot, and where. */
static const struct {
    const char *written, *spoken;
    enum where { ANYWHERE, BEHIND_NAME, BEFORE_NUMBER } where;
} ABBREVIATIONS[] = {
    {"St", "street", BEHIND_NAME},
    {"Dr", "drive", BEHIND_NAME},
    {"Ave", "avenue", BEHIND_NAME},
    {"Rd", "road", BEHIND_NAME},
    {"No", "number", BEFORE_NUMBER},
    {"Nos", "numbers", BEFORE_NUMBER},
    {"Jan", "January", BEFORE_NUMBER},
    {"Feb", "February", BEFORE_NUMBER},
    {"Mar", "March", BEFORE_NUMBER},
    {"Apr", "April", BEFORE_NUMBER},
    {"Aug", "August", BEFORE_NUMBER},
    {"Sept", "September", BEFORE_NUMBER},
    {"Oct", "October", BEFORE_NUMBER},
    {"Nov", "November", BEFORE_NUMBER},
    {"Dec", "December", BEFORE_NUMBER},
    {"Prof", "professor", ANYWHERE},
    {"Capt", "captain", ANYWHERE},
    {"St", "saint", ANYWHERE},
    {"Mt", "mount", ANYWHERE},
    {"vs", "versus", ANYWHERE},
    {"Mr", "Mr", ANYWHERE},
    {"Mrs", "Mrs", ANYWHERE},
    {"Dr", "Dr", ANYWHERE},
    {"Sr", "senior", ANYWHERE},
    {"Jr", "junior", ANYWHERE},
};
static const struct {
    const char *written, *spoken;
} INITIALS[] = {{"e.g.", "for example"}, {"i.e.", "that is"}};
/* Behind them a Roman number counts; behind any other name it says which of that name. */
static const char *const COUNTED[] = {
    "chapter", "part", "war", "volume", "book", "act", "scene", "level", "number", "type", "page",
};
static const struct {
    char symbol;
    const char *spoken;
} SYMBOLS[] = {{'&', "and"}, {'+', "plus"}, {'@', "at"}, {'=', "equals"}, {'%', "percent"}};

static bool is_letter(char c) {
    return isalpha((unsigned char)c) != 0;
}

static bool is_digit(char c) {
    return isdigit((unsigned char)c) != 0;
}

static bool is_blank(char c) {
    return isspace((unsigned char)c) != 0;
}

/* Bytes of a word at the start of a text; an apostrophe belongs to it between letters. */
static size_t word_length(const char *text) {
    size_t length = 0;
    while (is_letter(text[length]) ||
           (length > 0 && text[length] == '\'' && is_letter(text[length + 1]))) {
        length++;
    }
    return length;
}

static bool is(const char *word, size_t length, const char *other) {
    return strlen(other) == length && memcmp(word, other, length) == 0;
}

static uint8_t punctuation(char c) {
    switch (c) {
    case ';':
        return P_SEMICOLON;
    case ':':
        return P_COLON;
    case ',':
        return P_COMMA;
    case '.':
        return P_STOP;
    case '!':
        return P_SHOUT;
    case '?':
        return P_QUESTION;
    case '(':
        return P_OPEN;
    case ')':
        return P_CLOSE;
    default:
        return 0;
    }
}

/* A dash is two hyphens, or one between blanks. Returns its bytes. */
static size_t dash_length(const char *text, const char *at) {
    size_t length = strspn(at, "-");
    bool is_alone =
        (at == text || is_blank(at[-1])) && (is_blank(at[length]) || at[length] == '\0');
    return length > 1 || (length == 1 && is_alone) ? length : 0;
}

static void copy_small(char small[CONTEXT], const char *word, size_t length) {
    length = length < CONTEXT ? length : 0;
    for (size_t i = 0; i < length; i++) {
        small[i] = (char)tolower((unsigned char)word[i]);
    }
    small[length] = '\0';
}

/* The start of the next word or number; NULL: there is a pause before. */
static const char *next_word(const struct reader *reader, const char *at) {
    for (; *at != '\0'; at++) {
        uint8_t mark = punctuation(*at);
        if ((mark != 0 && mark != P_OPEN && mark != P_CLOSE) || dash_length(reader->text, at) > 0) {
            return NULL;
        }
        if (is_letter(*at) || is_digit(*at)) {
            return at;
        }
    }
    return NULL;
}

static enum follows first_sound(const struct sounds *sounds) {
    for (size_t i = 0; i < sounds->count; i++) {
        uint8_t one = sounds->at[i];
        if (one != P_STRESS && one != P_WEAK_STRESS && one != P_ARTICLE) {
            return is_vowel(one) ? FOLLOWS_VOWEL : FOLLOWS_CONSONANT;
        }
    }
    return FOLLOWS_PAUSE;
}

/* What follows a word that ends at `at`. An article of one sound is looked through. */
static struct place look_ahead(const struct reader *reader, const char *at) {
    struct place place = {.follows = FOLLOWS_PAUSE}, alone = {.follows = FOLLOWS_CONSONANT};
    char after[CONTEXT] = "", number[NUMBER_WORDS];
    bool is_first = true;
    for (at = next_word(reader, at); at != NULL && place.follows == FOLLOWS_PAUSE;
         at = next_word(reader, at)) {
        struct sounds sounds;
        size_t length = number_read(at, number);
        const char *word = length > 0 ? number : at;
        size_t letters = word_length(word);
        if (is_first) {
            copy_small(after, word, letters);
        }
        word_say(reader->words, word, letters, &alone, &sounds);
        place.follows = first_sound(&sounds);
        at += length > 0 ? length : letters;
        is_first = false;
    }
    place.uses = guess_uses(reader->earlier, reader->before, after, reader->is_name);
    place.before_to = strcmp(after, "to") == 0;
    place.before_i = strcmp(after, "i") == 0;
    return place;
}

static void put(struct reader *reader, uint8_t id, bool begins_word) {
    struct hibari_clause *clause = reader->clause;
    if (clause->count >= LAST) {
        reader->is_full = true;
        return;
    }
    clause->begins_word[clause->count] = begins_word;
    clause->ids[clause->count++] = id;
}

static void put_sounds(struct reader *reader, const struct sounds *sounds) {
    for (size_t i = 0; i < sounds->count; i++) {
        if (reader->needs_blank && reader->clause->count > 1) {
            put(reader, P_BLANK, false);
        }
        reader->needs_blank = false;
        put(reader, sounds->at[i], reader->begins);
        reader->begins = false;
    }
}

static void remember(struct reader *reader, const char *word, size_t length) {
    reader->is_capital = isupper((unsigned char)*word) != 0;
    reader->is_name = reader->before[0] != '\0' && isupper((unsigned char)*word) && length > 1;
    memcpy(reader->earlier, reader->before, CONTEXT);
    copy_small(reader->before, word, length);
    reader->is_number = false;
}

static void forget(struct reader *reader) {
    reader->before[0] = reader->earlier[0] = '\0';
    reader->is_name = false;
    reader->is_number = false;
    reader->is_capital = false;
}

/* Several words of ours, as one of the text; behind two blanks, its next word begins. */
static void say_words(struct reader *reader, const char *spoken, const char *behind, bool adds_s) {
    struct place last = look_ahead(reader, behind), inside = {.follows = FOLLOWS_CONSONANT};
    for (const char *at = spoken; *at != '\0';) {
        size_t length = strcspn(at, " ");
        struct place place = at[length] == '\0' ? last : inside;
        struct sounds sounds;
        if (at[length] != '\0') {
            const char *next = at + length + strspn(at + length, " ");
            word_say(reader->words, next, strcspn(next, " "), &inside, &sounds);
            place.follows = first_sound(&sounds);
        }
        word_say(reader->words, at, length, &place, &sounds);
        at += length;
        if (*at == '\0' && adds_s) {
            endings_add_s(&sounds);
        }
        put_sounds(reader, &sounds);
        reader->needs_blank = true;
        at += *at == ' ' ? 1 : 0;
        reader->begins = *at == ' ';
        at += *at == ' ' ? 1 : 0;
    }
    reader->needs_blank = false;
}

/* Bytes of the s in 1990s and 1990's. */
static size_t plural_length(const char *text) {
    size_t length = *text == '\'' ? 1 : 0;
    return text[length] == 's' && !is_letter(text[length + 1]) ? length + 1 : 0;
}

/* In 20-30, the hyphen. */
static bool is_range(const char *hyphen, size_t before) {
    if (*hyphen != '-' || before > 9 || strspn(hyphen + 1, "0123456789") > 9) {
        return false;
    }
    return is_digit(hyphen[1]) &&
           strtoul(hyphen - before, NULL, 10) < strtoul(hyphen + 1, NULL, 10);
}

static bool say_number(struct reader *reader) {
    char words[NUMBER_WORDS];
    const char *at = reader->at;
    bool is_negative = reader->begins && at[0] == '-' && (is_digit(at[1]) || at[1] == '$');
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
        say_words(reader, is_negative ? "minus" : "and", reader->at, false);
        reader->needs_blank = true;
    }
    say_words(reader, words, reader->at, plural > 0);
    forget(reader);
    reader->is_number = true;
    /* As in 10am. */
    reader->needs_blank = is_letter(*reader->at);
    if (is_range(reader->at, strspn(at, "0123456789") == length ? length : SIZE_MAX)) {
        reader->at++;
        reader->needs_blank = true;
        say_words(reader, "to", reader->at, false);
    }
    return true;
}

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
        return next > behind && is_digit(*next);
    default:
        return true;
    }
}

static bool say_abbreviation(struct reader *reader) {
    size_t length = word_length(reader->at);
    const char *behind = reader->at + length;
    for (size_t i = 0; *behind == '.' && i < sizeof ABBREVIATIONS / sizeof ABBREVIATIONS[0]; i++) {
        if (is(reader->at, length, ABBREVIATIONS[i].written) &&
            is_where(reader, ABBREVIATIONS[i].where, behind + 1)) {
            /* The dot may end the sentence, too. */
            reader->at = behind + (is_end(behind + 1) ? 0 : 1);
            say_words(reader, ABBREVIATIONS[i].spoken, reader->at, false);
            forget(reader);
            return true;
        }
    }
    return false;
}

/* U.S., a.m., and the AM of an hour. Returns its bytes; 0: it is none. */
static size_t initials_length(const struct reader *reader) {
    const char *at = reader->at;
    size_t length = 0, word = word_length(at);
    while (is_letter(at[length]) && at[length + 1] == '.') {
        length += 2;
    }
    if (length > 2 && !is_letter(at[length])) {
        return length;
    }
    return reader->is_number && word == 2 && tolower((unsigned char)at[1]) == 'm' &&
                   strchr("apAP", at[0]) != NULL
               ? word
               : 0;
}

static bool say_initials(struct reader *reader) {
    size_t length = initials_length(reader), last = 0;
    struct sounds all = {0};
    for (size_t i = 0; i < sizeof INITIALS / sizeof INITIALS[0]; i++) {
        if (is(reader->at, length, INITIALS[i].written)) {
            reader->at += length;
            say_words(reader, INITIALS[i].spoken, reader->at, false);
            forget(reader);
            return true;
        }
    }
    for (size_t i = 0; i < length; i++) {
        struct place place = {.follows = FOLLOWS_PAUSE};
        struct sounds letter;
        if (is_letter(reader->at[i])) {
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
    put_sounds(reader, &all);
    if (length > 0) {
        forget(reader);
    }
    return length > 0;
}

/* The value of a Roman number in capitals, II to XXXIX; 0: it is none. */
static unsigned roman(const char *text, size_t length) {
    static const char *const TENS[] = {"", "X", "XX", "XXX"};
    static const char *const ONES[] = {"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"};
    for (unsigned value = 2; value < 40; value++) {
        size_t tens = strlen(TENS[value / 10]);
        if (length > 1 && length >= tens && memcmp(text, TENS[value / 10], tens) == 0 &&
            is(text + tens, length - tens, ONES[value % 10])) {
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

/* Henry VIII, Chapter IV. */
static bool say_roman(struct reader *reader) {
    size_t length = strspn(reader->at, "IVX");
    unsigned value = is_letter(reader->at[length]) ? 0 : roman(reader->at, length);
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
    say_words(reader, spoken, reader->at, plural > 0);
    forget(reader);
    return true;
}

/* Of two stressed parts the lighter one loses its stress; of more, half of them. */
static void balance(struct sounds *parts, size_t count) {
    size_t stressed = 0;
    bool done[PARTS] = {false};
    for (size_t i = 0; i < count; i++) {
        stressed += sounds_have(&parts[i], P_STRESS);
    }
    if (count < 2 || stressed <= (count + 1) / 2) {
        return;
    }
    for (size_t round = 0; round < count / 2; round++) {
        size_t lightest = count;
        unsigned least = 0;
        for (size_t i = 0; i < count; i++) {
            unsigned weight =
                sounds_weight(&parts[i]) + (sounds_have(&parts[i], P_STRESS) ? 1000 : 0);
            if (!done[i] && (lightest == count || weight < least)) {
                lightest = i;
                least = weight;
            }
        }
        done[lightest] = true;
        if (sounds_have(&parts[lightest], P_STRESS)) {
            sounds_weaken(&parts[lightest]);
        }
    }
}

/* A word, or several with hyphens between them. */
static bool say_word(struct reader *reader) {
    struct sounds parts[PARTS];
    size_t count = 0, length = word_length(reader->at);
    if (length == 0) {
        return false;
    }
    const char *end = reader->at + length;
    size_t whole = length;
    while (*end == '-' && is_letter(end[1]) && count++ < PARTS - 1) {
        end += 1 + word_length(end + 1);
    }
    whole = (size_t)(end - reader->at);
    struct place place = look_ahead(reader, end);
    const char *word = reader->at;
    if (whole > length && words_find(reader->words, word, whole, place.uses, &parts[0])) {
        count = 1;
        end = word + whole;
    } else {
        struct place inside = {.follows = FOLLOWS_CONSONANT};
        for (count = 0; count < PARTS; count++) {
            length = word_length(word);
            bool is_last = word + length == end;
            word_say(reader->words, word, length, is_last ? &place : &inside, &parts[count]);
            if (is_last) {
                count++;
                break;
            }
            word += length + 1;
        }
    }
    balance(parts, count);
    for (size_t i = 0; i < count; i++) {
        put_sounds(reader, &parts[i]);
    }
    remember(reader, reader->at, (size_t)(end - reader->at));
    reader->at = end;
    return true;
}

/* In place of a sign, between others of its chunk. */
static void say_apart(struct reader *reader, const char *spoken) {
    reader->needs_blank = true;
    say_words(reader, spoken, reader->at + 1, false);
    reader->needs_blank = isalnum((unsigned char)reader->at[1]) != 0;
}

/* The dot of an address or of a file's name. */
static bool is_inside_name(const struct reader *reader) {
    const char *at = reader->at;
    return *at == '.' && at > reader->text && isalnum((unsigned char)at[-1]) &&
           islower((unsigned char)at[1]);
}

static void say_mark(struct reader *reader) {
    struct sounds mark = {0};
    if (is_inside_name(reader)) {
        say_apart(reader, "dot");
        reader->at++;
        return;
    }
    size_t dash = dash_length(reader->text, reader->at);
    uint8_t id = dash > 0 ? (uint8_t)P_DASH : punctuation(*reader->at);
    if (id != 0) {
        sounds_add(&mark, id);
        put_sounds(reader, &mark);
        forget(reader);
    }
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof SYMBOLS[0]; i++) {
        if (SYMBOLS[i].symbol == *reader->at) {
            say_apart(reader, SYMBOLS[i].spoken);
        }
    }
    if (*reader->at == '/') {
        reader->needs_blank = true;
    }
    reader->at += dash > 0 ? dash : 1;
}

/* At a blank: whether what was read before is a whole sentence. */
static bool ends_sentence(const struct reader *reader) {
    const char *before = reader->at;
    while (before > reader->text && strchr("\"')", before[-1]) != NULL) {
        before--;
    }
    const char *next = reader->at + strspn(reader->at, " \t\r\n\"'(");
    return before > reader->text && strchr(".!?", before[-1]) != NULL &&
           reader->clause->count > 1 &&
           punctuation((char)before[-1]) == reader->clause->ids[reader->clause->count - 1] &&
           !islower((unsigned char)*next);
}

static bool is_pause(uint8_t id) {
    return (id >= P_SEMICOLON && id <= P_QUESTION) || id == P_DASH;
}

/* Behind a blank-separated word. */
static void mark_cut(struct reader *reader) {
    struct hibari_clause *clause = reader->clause;
    if (reader->is_full) {
        return;
    }
    reader->word = (struct cut){(size_t)(reader->at - reader->text), clause->count};
    if (is_pause(clause->ids[clause->count - 1])) {
        reader->punctuation = reader->word;
    }
}

/* Up to the next blank. */
static void say_chunk(struct reader *reader) {
    reader->begins = true;
    reader->needs_blank = true;
    while (*reader->at != '\0' && !is_blank(*reader->at)) {
        if (!say_number(reader) && !say_initials(reader) && !say_abbreviation(reader) &&
            !say_roman(reader) && !say_word(reader)) {
            say_mark(reader);
        }
    }
}

size_t hibari_read(const struct hibari_words *words, const char *text,
                   struct hibari_clause *clause) {
    struct reader reader = {.words = words, .text = text, .at = text, .clause = clause};
    clause->count = 0;
    put(&reader, 0, false);
    while (*reader.at != '\0' && !reader.is_full) {
        if (is_blank(*reader.at)) {
            if (ends_sentence(&reader)) {
                break;
            }
            reader.at++;
            continue;
        }
        say_chunk(&reader);
        mark_cut(&reader);
    }
    if (reader.is_full) {
        struct cut cut = reader.punctuation.bytes > 0 ? reader.punctuation : reader.word;
        /* One word that fills a clause loses its end. */
        reader.at = cut.bytes > 0 ? text + cut.bytes : reader.at;
        clause->count = cut.bytes > 0 ? cut.count : clause->count;
    }
    reader.at += strspn(reader.at, " \t\r\n");
    clause->begins_word[clause->count] = false;
    clause->ids[clause->count++] = 0;
    return (size_t)(reader.at - text);
}
