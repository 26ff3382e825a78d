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

static bool find_ed(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 4 || word[length - 1] != 'd' || word[length - 2] == 'd') {
        return false;
    }
    bool is_ed = length > 4 && ends(word, length, "ed") && word[length - 3] != 'e';
    return is_stem(search, 1, "") || (is_ed && is_stem(search, 2, "")) ||
           (ends(word, length, "ied") && is_stem(search, 3, "y"));
}

static bool is_vowel_letter(char c) {
    return strchr("aeiou", c) != NULL;
}

/* Whether a stem may have lost its e: hoping is of hope, not of hop; bathing of bathe. */
static bool lacks_e(const char *stem, size_t length) {
    if (length < 2 || is_vowel_letter(stem[length - 1])) {
        return false;
    }
    bool is_short = is_vowel_letter(stem[length - 2]) &&
                    (length < 3 || !is_vowel_letter(stem[length - 3])) &&
                    strchr("wxy", stem[length - 1]) == NULL;
    return is_short || ends(stem, length, "th");
}

static bool find_ing(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 5 || !ends(word, length, "ing")) {
        return false;
    }
    bool is_double = length > 5 && word[length - 4] == word[length - 5] &&
                     strchr("bcdgklmnprstvxz", word[length - 4]) != NULL;
    return (lacks_e(word, length - 3) && is_stem(search, 3, "e")) ||
           (length > 5 && is_stem(search, 3, "")) || is_stem(search, 3, "e") ||
           ((is_double || (length > 5 && ends(word, length, "cking"))) && is_stem(search, 4, ""));
}

/* Nicer, biggest, happier: the word without its ending of `count` letters. */
static bool find_compared(const struct search *search, size_t count) {
    const char *word = search->word;
    size_t stem = search->length - count;
    if (stem < 3) {
        return false;
    }
    bool is_double = word[stem - 1] == word[stem - 2];
    return (lacks_e(word, stem) && is_stem(search, count - 1, "")) || is_stem(search, count, "") ||
           is_stem(search, count - 1, "") || (is_double && is_stem(search, count + 1, "")) ||
           (word[stem - 1] == 'i' && is_stem(search, count + 1, "y"));
}

/* Any other ending than that of several, or of who owns something. */
static bool find_simple(const struct search *search) {
    struct search of_verb = *search;
    of_verb.uses = 1U << USE_VERB; /* to bow: bowed, bowing */
    if (find_ed(&of_verb)) {
        add_ed(search->sounds);
    } else if (find_ing(&of_verb)) {
        add_ing(search->sounds);
    } else if (ends(search->word, search->length, "er") && find_compared(search, 2)) {
        tap(search->sounds);
        sounds_add(search->sounds, P_SCHWA);
        sounds_add(search->sounds, P_R);
    } else if (ends(search->word, search->length, "est") && find_compared(search, 3)) {
        tap(search->sounds);
        sounds_add(search->sounds, P_BARRED);
        sounds_add(search->sounds, P_s);
        sounds_add(search->sounds, P_t);
    } else {
        return false;
    }
    return true;
}

static bool find_s(const struct search *search) {
    const char *word = search->word;
    size_t length = search->length;
    if (length < 3 || word[length - 1] != 's' || word[length - 2] == 's') {
        return false;
    }
    bool is_es = length > 4 && ends(word, length, "es") && word[length - 3] != 'i';
    bool is_owner = ends(word, length, "'s");
    struct search stem = *search; /* with an ending of its own: weddings */
    stem.length -= is_owner ? 2 : 1;
    return is_stem(search, 1, "") || ((is_es || is_owner) && is_stem(search, 2, "")) ||
           (length > 4 && ends(word, length, "ies") && is_stem(search, 3, "y")) ||
           find_simple(&stem);
}

/* They'd, who'll: what is left of a verb, behind a word. */
static bool find_contracted(const struct search *search) {
    static const struct {
        const char *written;
        uint8_t phonemes[2];
        bool is_always; /* with both, not only behind t and d */
    } VERBS[] = {
        {"'ve", {P_SCHWA, P_v}, true},
        {"'re", {P_SCHWA, P_R}, true},
        {"'ll", {P_SCHWA, P_l}, true},
        {"'d", {P_SCHWA, P_d}, false},
    };
    for (size_t i = 0; i < sizeof VERBS / sizeof VERBS[0]; i++) {
        size_t less = strlen(VERBS[i].written);
        if (ends(search->word, search->length, VERBS[i].written) && is_stem(search, less, "")) {
            uint8_t last = last_of(search->sounds, 0);
            if (VERBS[i].is_always || last == P_t || last == P_d) {
                sounds_add(search->sounds, VERBS[i].phonemes[0]);
            }
            sounds_add(search->sounds, VERBS[i].phonemes[1]);
            return true;
        }
    }
    return false;
}

bool endings_find(const struct hibari_words *words, const char *word, size_t length, unsigned uses,
                  struct sounds *sounds) {
    struct search search = {words, word, length, uses, sounds};
    if (find_s(&search)) {
        endings_add_s(sounds);
        return true;
    }
    return find_simple(&search) || find_contracted(&search);
}
