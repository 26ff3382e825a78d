/* SPDX-License-Identifier: MIT */
#include "word.h"

#include <ctype.h>
#include <string.h>

#include "endings.h"

enum {
    LONGEST = HIBARI_KEY,
    INITIALS = 3, /* an unknown word of so many capitals is spelled: XYZ */
};

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is(const char *word, size_t length, const char *other) {
    return strlen(other) == length && memcmp(word, other, length) == 0;
}

static void set(struct sounds *sounds, size_t count, const uint8_t *phonemes) {
    memcpy(sounds->at, phonemes, count);
    sounds->count = count;
}

#define SET(sounds, ...)                                                          \
    set(sounds, sizeof((uint8_t[]){__VA_ARGS__}), (const uint8_t[]){__VA_ARGS__})

/* Words that sound as their place wants; `small` is the word in small letters. */
static bool say_small_word(const char *word, const char *small, size_t length,
                           const struct place *place, struct sounds *sounds) {
    bool is_last = place->follows == FOLLOWS_PAUSE;
    if (is(small, length, "a") && !is_last && !place->before_to) {
        SET(sounds, P_ARTICLE);
    } else if (is(small, length, "an")) {
        SET(sounds, P_ARTICLE, P_n);
    } else if (is(small, length, "the")) {
        SET(sounds, P_EDH, place->follows == FOLLOWS_VOWEL ? P_i : P_SCHWA);
    } else if (is(small, length, "to") && !is_last) {
        SET(sounds, P_t, place->follows == FOLLOWS_VOWEL ? P_UH : P_SCHWA);
    } else if (is(small, length, "in") && is_last) {
        SET(sounds, P_STRESS, P_IH, P_n);
    } else if (is(small, length, "in")) {
        SET(sounds, P_IH, P_n);
    } else if (is(word, length, "am") && !is_last && !place->before_i) {
        SET(sounds, P_ARTICLE, P_m);
    } else {
        return false;
    }
    return true;
}

/* A capital says more; a word in capitals is a shout. */
static void stress_capitals(const char *word, size_t length, struct sounds *sounds) {
    size_t capitals = 0, letters = 0;
    for (size_t i = 0; i < length; i++) {
        capitals += isupper((unsigned char)word[i]) != 0;
        letters += isalpha((unsigned char)word[i]) != 0;
    }
    if (capitals == letters && letters > 1) {
        sounds_strengthen(sounds);
        sounds_stress(sounds, P_STRESS);
    } else if (capitals > 0) {
        sounds_stress(sounds, P_WEAK_STRESS);
    }
}

/* Letter by letter: the last one is stressed. */
static void say_letters(const struct hibari_words *words, const char *word, size_t length,
                        struct sounds *sounds) {
    sounds->count = 0;
    for (size_t i = 0; i < length; i++) {
        struct sounds letter;
        char capital = (char)toupper((unsigned char)word[i]);
        if (words_find(words, &capital, 1, 0, &letter)) {
            sounds_weaken(&letter);
            sounds_stress(&letter, P_WEAK_STRESS);
            sounds_join(sounds, &letter);
        }
    }
    for (size_t i = sounds->count; i > 0; i--) {
        if (sounds->at[i - 1] == P_WEAK_STRESS) {
            sounds->at[i - 1] = P_STRESS;
            break;
        }
    }
}

static bool has_no_vowel(const char *word, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (strchr("aeiouy", word[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/* Shortens each run of one letter that has three or more to `most`. False: there is none. */
static bool shorten(char *small, size_t *length, size_t most) {
    size_t count = 0, run = 0;
    for (size_t i = 0; i < *length; i += run) {
        for (run = 1; i + run < *length && small[i + run] == small[i]; run++) {
        }
        size_t kept = run > 2 ? most : run;
        memset(small + count, small[i], kept);
        count += kept;
    }
    bool is_shorter = count < *length;
    *length = count;
    return is_shorter;
}

static bool find_known(const struct hibari_words *words, const char *small, size_t length,
                       unsigned uses, struct sounds *sounds) {
    return words_find(words, small, length, uses, sounds) ||
           endings_find(words, small, length, uses, sounds);
}

/* Pleeease, Hellooo: a word of the table with one letter drawn out. */
static bool find_drawn_out(const struct hibari_words *words, const char *small, size_t length,
                           unsigned uses, struct sounds *sounds) {
    for (size_t most = 2; most > 0; most--) {
        char shorter[LONGEST];
        size_t count = length;
        memcpy(shorter, small, length);
        if (shorten(shorter, &count, most) && count > 1 &&
            find_known(words, shorter, count, uses, sounds)) {
            return true;
        }
    }
    return false;
}

/* In small letters: by the table, by an ending, or letter by letter. */
static void say_unknown(const struct hibari_words *words, char *small, size_t length, unsigned uses,
                        struct sounds *sounds) {
    bool has_s = length > 2 && small[length - 1] == 's' && small[length - 2] == '\'';
    while (length > 1 && small[length - 1] == '\'') {
        length--;
    }
    size_t stem = has_s ? length - 2 : length;
    bool is_spelt = has_no_vowel(small, stem);
    if (find_known(words, small, length, uses, sounds) ||
        (!is_spelt && find_drawn_out(words, small, length, uses, sounds))) {
        return;
    }
    if (is_spelt) {
        say_letters(words, small, stem, sounds);
    } else {
        (void)shorten(small, &stem, 2);
        words_spell(words, small, stem, sounds);
    }
    if (has_s) {
        endings_add_s(sounds);
    }
}

/* TVs, PJs, XYZ. */
static bool say_capitals(const struct hibari_words *words, const char *word, size_t length,
                         struct sounds *sounds) {
    size_t capitals = strspn(word, CAPITALS),
           rest = length - (capitals < length ? capitals : length);
    bool adds_s = (rest == 1 && word[capitals] == 's') ||
                  (rest == 2 && memcmp(word + capitals, "'s", 2) == 0);
    if (capitals < 2 || (rest > 0 && !adds_s)) {
        return false;
    }
    if (rest == 0 || !words_find(words, word, capitals, 0, sounds)) {
        if (length - rest > INITIALS) {
            return false;
        }
        say_letters(words, word, length - rest, sounds);
    }
    if (adds_s) {
        endings_add_s(sounds);
    }
    return true;
}

void word_say(const struct hibari_words *words, const char *word, size_t length,
              const struct place *place, struct sounds *sounds) {
    char small[LONGEST];
    unsigned uses = place->uses;
    sounds->count = 0;
    length = length < LONGEST ? length : LONGEST;
    for (size_t i = 0; i < length; i++) {
        small[i] = (char)tolower((unsigned char)word[i]);
    }
    uses |= place->follows == FOLLOWS_PAUSE ? 1U << USE_LAST | 1U << USE_DETERMINER : 0;
    if (is(small, length, "used")) {
        uses = place->before_to ? 1U << USE_PAST : 0;
    } else if (is(small, length, "read") && (uses & 1U << USE_VERB) == 0) {
        uses |= 1U << USE_PAST; /* stories are told in the past */
    }
    if (is(word, length, "I")) {
        SET(sounds, P_WEAK_STRESS, P_I);
    } else if (say_small_word(word, small, length, place, sounds)) {
        return;
    } else if (length == 1) {
        say_letters(words, small, 1, sounds);
    } else if (words_find(words, word, length, uses, sounds) ||
               words_find(words, small, length, uses, sounds)) {
        stress_capitals(word, length, sounds);
    } else if (say_capitals(words, word, length, sounds)) {
        return;
    } else {
        say_unknown(words, small, length, uses, sounds);
        stress_capitals(word, length, sounds);
    }
}
