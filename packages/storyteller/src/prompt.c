/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Words that small models of children's stories know well. All begin with a consonant or stand
 * behind a word that does, so "a" is always right. */
static const char *const TRAITS[] = {
    "little", "small", "happy", "brave", "kind", "shy", "silly", "curious", "funny", "friendly",
};
static const char *const HEROES[] = {
    "rabbit",   "bear",     "mouse",    "fox",      "duck", "kitten", "puppy",   "dragon",
    "frog",     "owl",      "bird",     "girl",     "boy",  "lion",   "turtle",  "bee",
    "squirrel", "fish",     "elephant", "robot",    "cat",  "dog",    "pony",    "monkey",
    "sheep",    "princess", "fairy",    "hedgehog", "pig",  "cow",    "chicken",
};
static const char *const PLACES[] = {
    "forest", "park",    "garden",   "beach",  "farm",       "lake",   "river",
    "zoo",    "village", "mountain", "market", "playground", "castle", "meadow",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Of a typed line, as much is used as leaves room for the rest of the beginning. */
#define LINE_BYTES 81
#define WORDS_OF_A_BEGINNING 4

/* splitmix64: turns seeds that are close to each other into numbers that are not. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static const char *draw(const char *const *words, size_t count, uint64_t *state)
{
    return words[next_random(state) % count];
}

static void compose(char prompt[PROMPT_BYTES], const char *trait, const char *hero,
                    const char *place)
{
    snprintf(prompt, PROMPT_BYTES,
             "Once upon a time, there was a %s %s. One day, the %s went to the %s", trait, hero,
             hero, place);
}

void prompt_draw(uint64_t seed, char prompt[PROMPT_BYTES])
{
    const char *trait = draw(TRAITS, COUNT(TRAITS), &seed);
    const char *hero = draw(HEROES, COUNT(HEROES), &seed);
    const char *place = draw(PLACES, COUNT(PLACES), &seed);

    compose(prompt, trait, hero, place);
}

/* Printable ASCII only, single spaces, none at the ends. */
static void clean(const char *line, char text[LINE_BYTES])
{
    size_t length = 0;

    for (; *line != '\0' && length + 1 < LINE_BYTES; line++) {
        unsigned char c = (unsigned char)*line;

        if (isgraph(c))
            text[length++] = (char)c;
        else if (isspace(c) && length > 0 && text[length - 1] != ' ')
            text[length++] = ' ';
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
}

static int count_words(const char *text)
{
    int words = *text != '\0' ? 1 : 0;

    for (; *text != '\0'; text++)
        words += *text == ' ' ? 1 : 0;
    return words;
}

/* Whether text holds this word, in capital or small letters, alone or in the plural. */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !isalpha((unsigned char)at[-1]);

        if (starts && strncasecmp(at, word, length) == 0) {
            const char *end = at[length] == 's' ? at + length + 1 : at + length;

            if (!isalpha((unsigned char)*end))
                return true;
        }
    }
    return false;
}

/* "Tell me a story about a cow" is no beginning. */
static bool is_beginning(const char *text)
{
    return isupper((unsigned char)text[0]) && count_words(text) >= WORDS_OF_A_BEGINNING &&
           !has_word(text, "story");
}

/* The word of the list that text holds, or NULL. */
static const char *find(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (has_word(text, words[i]))
            return words[i];
    }
    return NULL;
}

/* The text without what people put before a hero: "tell me a story about a whale" -> "whale". */
static const char *skip_words(const char *text)
{
    static const char *const SKIPPED[] = {"please", "tell", "me", "story",
                                          "about",  "a",    "an", "the"};
    size_t i = 0;

    while (i < COUNT(SKIPPED)) {
        size_t length = strlen(SKIPPED[i]);

        if (strncasecmp(text, SKIPPED[i], length) == 0 && text[length] == ' ') {
            text += length + 1;
            i = 0;
        } else {
            i++;
        }
    }
    return text;
}

static void strip_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && ispunct((unsigned char)text[length - 1]))
        text[--length] = '\0';
}

static void compose_unknown(char prompt[PROMPT_BYTES], const char *hero)
{
    bool vowel = strchr("aeiouAEIOU", hero[0]) != NULL;

    snprintf(prompt, PROMPT_BYTES, "Once upon a time, there was %s %s. One day,",
             vowel ? "an" : "a", hero);
}

void prompt_from_line(const char *line, uint64_t seed, char prompt[PROMPT_BYTES])
{
    char text[LINE_BYTES];
    uint64_t state = seed;
    const char *drawn_trait = draw(TRAITS, COUNT(TRAITS), &state);
    const char *drawn_hero = draw(HEROES, COUNT(HEROES), &state);
    const char *drawn_place = draw(PLACES, COUNT(PLACES), &state);
    const char *trait, *hero, *place;

    clean(line, text);
    if (is_beginning(text)) {
        snprintf(prompt, PROMPT_BYTES, "%s", text);
        return;
    }
    strip_end(text);
    trait = find(text, TRAITS, COUNT(TRAITS));
    hero = find(text, HEROES, COUNT(HEROES));
    place = find(text, PLACES, COUNT(PLACES));
    if (hero == NULL && place == NULL && skip_words(text)[0] != '\0') {
        compose_unknown(prompt, skip_words(text));
        return;
    }
    compose(prompt, trait ? trait : drawn_trait, hero ? hero : drawn_hero,
            place ? place : drawn_place);
}
