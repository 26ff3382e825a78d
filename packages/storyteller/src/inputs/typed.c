/* SPDX-License-Identifier: MIT */
#include "inputs/typed.h"

#include <stdio.h>
#include <string.h>

#include "inputs/console.h"
#include "text/spelling.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Shorter "words" of a vocabulary are parts of words. */
#define SHORTEST_WORD 3

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
static bool is_known(const char *words, typed_knows_fn *knows, void *user) {
    char word[TOPIC_BYTES];
    int count = 0;

    if (strlen(words) >= TOPIC_BYTES) {
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
static void set_hero(struct topic *topic, const char *trait, const char *hero) {
    int length = 0;

    if (trait != NULL) {
        length = snprintf(topic->hero, TOPIC_BYTES, "%s %s", trait, hero);
    }
    if (length == 0 || length >= TOPIC_BYTES) {
        snprintf(topic->hero, TOPIC_BYTES, "%s", hero);
    }
}

static void set(char to[TOPIC_BYTES], const char *word) {
    snprintf(to, TOPIC_BYTES, "%s", word != NULL ? word : "");
}

enum typed typed_read(const struct words *words, const char *line, typed_knows_fn *knows,
                      void *user, struct topic *topic) {
    char text[CONSOLE_LINE_BYTES];
    const char *hero, *place, *thing, *rest;

    *topic = (struct topic){{'\0'}, {'\0'}, {'\0'}};
    if (gate_stops_spelling(words_gate(words), line)) {
        return TYPED_REFUSED;
    }
    spelling_words(line, text, sizeof(text));
    hero = list_find(words_list(words, LIST_HEROES), text);
    place = list_find(words_list(words, LIST_PLACES), text);
    thing = list_find(words_list(words, LIST_THINGS), text);
    rest = skip_words(text);
    if (hero == NULL && place == NULL && thing == NULL) {
        if (!is_known(rest, knows, user)) {
            return line[strspn(line, " \t\r\n.,!?")] == '\0' ? TYPED_NOTHING : TYPED_UNKNOWN;
        }
        set(topic->hero, rest);
        return TYPED_FOUND;
    }
    if (hero != NULL) {
        set_hero(topic, list_find(words_list(words, LIST_TRAITS), text), hero);
    }
    set(topic->place, place);
    set(topic->thing, thing);
    return TYPED_FOUND;
}
