/* SPDX-License-Identifier: MIT */
/* As misaki's lexicon has them, which the network was trained with; pronunciations.py leaves out
 * the words that are found here. */
#include "endings.h"

#include <string.h>

static uint8_t last_of(const struct sounds *stem, size_t from_end) {
    return stem->count > from_end ? stem->at[stem->count - 1 - from_end] : 0;
}

static bool is_one_of(uint8_t phoneme, const uint8_t *set, size_t count) {
    return memchr(set, phoneme, count) != NULL;
}

/* A t behind these is tapped before a vowel. */
static bool is_tapped(const struct sounds *stem) {
    uint8_t before = last_of(stem, 1);
    return last_of(stem, 0) == P_t &&
           (before == P_R || (is_vowel(before) && before != P_Q && before != P_a &&
                              before != P_OH && before != P_ER && before != P_BARRED));
}

static void tap(struct sounds *stem) {
    if (is_tapped(stem)) {
        stem->at[stem->count - 1] = P_TAP;
    }
}

void endings_add_s(struct sounds *stem) {
    static const uint8_t VOICELESS[] = {P_p, P_t, P_k, P_f, P_THETA};
    static const uint8_t HISSING[] = {P_s, P_z, P_SH, P_ZH, P_TSH, P_DZH};
    uint8_t last = last_of(stem, 0);
    if (is_one_of(last, VOICELESS, sizeof VOICELESS)) {
        sounds_add(stem, P_s);
        return;
    }
    if (is_one_of(last, HISSING, sizeof HISSING)) {
        sounds_add(stem, P_BARRED);
    }
    sounds_add(stem, P_z);
}

static void add_ed(struct sounds *stem) {
    static const uint8_t VOICELESS[] = {P_p, P_k, P_f, P_THETA, P_SH, P_s, P_TSH};
    uint8_t last = last_of(stem, 0);
    if (is_one_of(last, VOICELESS, sizeof VOICELESS)) {
        sounds_add(stem, P_t);
        return;
    }
    if (last == P_t || last == P_d) {
        tap(stem);
        sounds_add(stem, P_BARRED);
    }
    sounds_add(stem, P_d);
}

static void add_ing(struct sounds *stem) {
    tap(stem);
    sounds_stress(stem, P_WEAK_STRESS);
    sounds_add(stem, P_IH);
    sounds_add(stem, P_NG);
}

static bool ends(const char *word, size_t length, const char *ending) {
    size_t count = strlen(ending);
    return length >= count && memcmp(word + length - count, ending, count) == 0;
}

struct search {
    const struct hibari_words *words;
    const char *word;
    size_t length;
    unsigned uses;
    struct sounds *sounds;
};

/* The word without its last `less` letters, with `more` instead. */
static bool is_stem(const struct search *search, size_t less, const char *more) {
    char stem[HIBARI_KEY + 2];
    size_t length = search->length - less;
    if (length + strlen(more) > HIBARI_KEY) {
        return false;
    }
    memcpy(stem, search->word, length);
    memcpy(stem + length, more, strlen(more) + 1);
    return words_find(search->words, stem, length + strlen(more), search->uses, search->sounds);
}

static bool find_s(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 3 || word[length - 1] != 's' || word[length - 2] == 's') {
        return false;
    }
    bool is_es = length > 4 && ends(word, length, "es") && word[length - 3] != 'i';
    return is_stem(search, 1, "") ||
           ((is_es || ends(word, length, "'s")) && is_stem(search, 2, "")) ||
           (length > 4 && ends(word, length, "ies") && is_stem(search, 3, "y"));
}

static bool find_ed(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 4 || word[length - 1] != 'd' || word[length - 2] == 'd') {
        return false;
    }
    bool is_ed = length > 4 && ends(word, length, "ed") && word[length - 3] != 'e';
    return is_stem(search, 1, "") || (is_ed && is_stem(search, 2, ""));
}

static bool find_ing(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 5 || !ends(word, length, "ing")) {
        return false;
    }
    bool is_double = length > 5 && word[length - 4] == word[length - 5] &&
                     strchr("bcdgklmnprstvxz", word[length - 4]) != NULL;
    return (length > 5 && is_stem(search, 3, "")) || is_stem(search, 3, "e") ||
           ((is_double || (length > 5 && ends(word, length, "cking"))) && is_stem(search, 4, ""));
}

bool endings_find(const struct hibari_words *words, const char *word, size_t length, unsigned uses,
                  struct sounds *sounds) {
    struct search search = {words, word, length, uses, sounds};
    if (find_s(&search)) {
        endings_add_s(sounds);
        return true;
    }
    search.uses = 1U << USE_VERB; /* to bow: bowed, bowing */
    if (find_ed(&search)) {
        add_ed(sounds);
        return true;
    }
    if (find_ing(&search)) {
        add_ing(sounds);
        return true;
    }
    return false;
}
