/* SPDX-License-Identifier: MIT */
#include "words/prompt.h"

#include <stdio.h>
#include <string.h>

#include "words/random.h"
#include "words/spelling.h"
#include "words/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/*
 * Without its gaps filled; what becomes longer than a prompt then is cut, and the model goes on.
 */
#define BEGINNING_BYTES 160
#define GAPS_AT_MOST 6
/* Shorter "words" of a vocabulary are parts of words. */
#define SHORTEST_WORD 3

static const char FIRST_WORDS[] = "Once upon a time,";

static const struct gap {
    const char *mark;
    enum list_kind kind;
} GAPS[] = {
    {"{trait}", LIST_TRAITS},
    {"{hero}", LIST_HEROES},
    {"{place}", LIST_PLACES},
    {"{thing}", LIST_THINGS},
};

static const struct gap *gap_at(const char *text) {
    for (size_t i = 0; i < COUNT(GAPS); i++) {
        if (strncmp(text, GAPS[i].mark, strlen(GAPS[i].mark)) == 0) {
            return &GAPS[i];
        }
    }
    return NULL;
}

const char *prompt_check_beginning(const char *line) {
    int gaps = 0;

    if (strncmp(line, FIRST_WORDS, strlen(FIRST_WORDS)) != 0) {
        return "a beginning starts with \"Once upon a time,\"";
    }
    if (strlen(line) >= BEGINNING_BYTES) {
        return "too long: at most 159 characters";
    }
    if (strstr(line, "{hero}") == NULL) {
        return "a beginning needs a {hero}";
    }
    for (; *line != '\0'; line++) {
        if ((unsigned char)*line < ' ' || (unsigned char)*line > '~') {
            return "only plain letters and signs: write it without others";
        }
        if (*line == '{' && gap_at(line) == NULL) {
            return "only {trait}, {hero}, {place} and {thing} are filled in";
        }
        gaps += *line == '{' ? 1 : 0;
    }
    return gaps <= GAPS_AT_MOST ? NULL : "at most six words are filled in";
}

static const char *draw(const struct list *list, uint64_t *state) {
    return list->words[next_random(state) % list->count];
}

/* The word's length when text begins with it, as a whole, alone or in the plural; else 0. */
static size_t match_word(const char *text, const char *word) {
    size_t length = strlen(word);

    if (strncmp(text, word, length) != 0) {
        return 0;
    }
    length += text[length] == 's' ? 1 : 0;
    return text[length] == ' ' || text[length] == '\0' ? length : 0;
}

/* The longest word of the list that the words hold, or NULL. */
static const char *find(const char *words, const struct list *list) {
    const char *found = NULL;

    for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ' ? 1 : 0;
        for (size_t i = 0; i < list->count; i++) {
            const char *word = list->words[i];

            if (match_word(at, word) > 0 && (found == NULL || strlen(word) > strlen(found))) {
                found = word;
            }
        }
    }
    return found;
}

/* Whether the beginning suits: no place or thing that was asked for may be left out. */
static bool suits(const char *beginning, const struct slots *slots) {
    return (slots->place[0] == '\0' || strstr(beginning, "{place}") != NULL) &&
           (slots->thing[0] == '\0' || strstr(beginning, "{thing}") != NULL);
}

static const char *choose(const struct list *beginnings, const struct slots *slots,
                          uint64_t *state) {
    size_t suiting = 0, wanted;

    for (size_t i = 0; i < beginnings->count; i++) {
        suiting += suits(beginnings->words[i], slots) ? 1 : 0;
    }
    if (suiting == 0) {
        return draw(beginnings, state);
    }
    wanted = next_random(state) % suiting;
    for (size_t i = 0;; i++) {
        if (suits(beginnings->words[i], slots) && wanted-- == 0) {
            return beginnings->words[i];
        }
    }
}

static void append(char prompt[PROMPT_BYTES], const char *text, size_t size) {
    size_t length = strlen(prompt);

    snprintf(prompt + length, PROMPT_BYTES - length, "%.*s", (int)size, text);
}

/* "a owl" is "an owl". */
static void append_word(char prompt[PROMPT_BYTES], const char *word) {
    size_t length = strlen(prompt);

    if (length > 2 && strcmp(prompt + length - 3, " a ") == 0 && strchr("aeiou", word[0]) != NULL) {
        strcpy(prompt + length - 1, "n ");
    }
    append(prompt, word, strlen(word));
}

static void fill(char prompt[PROMPT_BYTES], const char *beginning, const char *const fillings[]) {
    prompt[0] = '\0';
    while (*beginning != '\0') {
        const struct gap *gap = gap_at(beginning);
        size_t length = gap != NULL ? strlen(gap->mark) : 1;

        if (gap != NULL) {
            append_word(prompt, fillings[gap->kind]);
        } else {
            append(prompt, beginning, 1);
        }
        beginning += length;
    }
}

void prompt_compose(const struct words *words, const struct slots *slots, uint64_t seed,
                    char prompt[PROMPT_BYTES]) {
    const struct list *traits = words_list(words, LIST_TRAITS);
    const char *fillings[LISTS];
    const char *beginning;

    for (int kind = 0; kind < LIST_BEGINNINGS; kind++) {
        fillings[kind] = draw(words_list(words, (enum list_kind)kind), &seed);
    }
    beginning = choose(words_list(words, LIST_BEGINNINGS), slots, &seed);
    if (slots->place[0] != '\0') {
        fillings[LIST_PLACES] = slots->place;
    }
    if (slots->thing[0] != '\0') {
        fillings[LIST_THINGS] = slots->thing;
    }
    if (slots->hero[0] != '\0') {
        fillings[LIST_HEROES] = slots->hero;
    }
    for (size_t i = 0; i < traits->count; i++) {
        size_t length = match_word(slots->hero, traits->words[i]);

        if (length == 0 || slots->hero[length] == '\0') {
            continue;
        }
        fillings[LIST_TRAITS] = traits->words[i];
        fillings[LIST_HEROES] = slots->hero + length + 1;
    }
    fill(prompt, beginning, fillings);
}

/* The words without what people put before a hero: "tell me a story about a whale" -> "whale". */
static const char *skip_words(const char *words) {
    static const char *const SKIPPED[] = {"please", "can", "you",  "tell", "me", "story",
                                          "about",  "a",   "an",   "the",  "of", "with",
                                          "some",   "i",   "want", "now"};
    size_t i = 0;

    while (i < COUNT(SKIPPED)) {
        size_t length = strlen(SKIPPED[i]);

        if (strncmp(words, SKIPPED[i], length) == 0 && words[length] == ' ') {
            words += length + 1;
            i = 0;
        } else {
            i++;
        }
    }
    return words;
}

/* Whether these are one or two words that the model knows. */
static bool is_known(const char *words, prompt_knows_fn *knows, void *user) {
    char word[SLOT_BYTES];
    int count = 0;

    if (strlen(words) >= SLOT_BYTES) {
        return false;
    }
    for (; *words != '\0'; count++) {
        size_t length = strcspn(words, " ");

        snprintf(word, sizeof(word), "%.*s", (int)length, words);
        if (length < SHORTEST_WORD || !knows(user, word)) {
            return false;
        }
        words += length + (words[length] == ' ' ? 1 : 0);
    }
    return count == 1 || count == 2;
}

/* "brave" and "dog" make "brave dog"; where that is too long, the dog is enough. */
static void set_hero(struct slots *slots, const char *trait, const char *hero) {
    int length = 0;

    if (trait != NULL) {
        length = snprintf(slots->hero, SLOT_BYTES, "%s %s", trait, hero);
    }
    if (length == 0 || length >= SLOT_BYTES) {
        snprintf(slots->hero, SLOT_BYTES, "%s", hero);
    }
}

static void set(char slot[SLOT_BYTES], const char *word) {
    snprintf(slot, SLOT_BYTES, "%s", word != NULL ? word : "");
}

enum request prompt_read_line(const struct words *words, const char *line, prompt_knows_fn *knows,
                              void *user, struct slots *slots) {
    char text[CONSOLE_LINE_BYTES];
    const char *hero, *place, *thing, *rest;

    *slots = (struct slots){{'\0'}, {'\0'}, {'\0'}};
    if (gate_stops_spelling(words_gate(words), line)) {
        return REQUEST_REFUSED;
    }
    spelling_words(line, text, sizeof(text));
    hero = find(text, words_list(words, LIST_HEROES));
    place = find(text, words_list(words, LIST_PLACES));
    thing = find(text, words_list(words, LIST_THINGS));
    rest = skip_words(text);
    if (hero == NULL && place == NULL && thing == NULL) {
        if (!is_known(rest, knows, user)) {
            return line[strspn(line, " \t\r\n.,!?")] == '\0' ? REQUEST_NOTHING : REQUEST_UNKNOWN;
        }
        set(slots->hero, rest);
        return REQUEST_FOUND;
    }
    if (hero != NULL) {
        set_hero(slots, find(text, words_list(words, LIST_TRAITS)), hero);
    }
    set(slots->place, place);
    set(slots->thing, thing);
    return REQUEST_FOUND;
}
