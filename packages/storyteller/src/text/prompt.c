/* SPDX-License-Identifier: MIT */
#include "text/prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/article.h"
#include "text/opening.h"
#include "text/random.h"
#include "text/words.h"

static const char *draw(const struct list *list, uint64_t *state) {
    return list->words[next_random(state) % list->drawn];
}

/* Whether the opening suits: no place or thing that was asked for may be left out. */
static bool suits(const char *opening, const struct topic *topic) {
    return (topic->place[0] == '\0' || strstr(opening, "{place}") != NULL) &&
           (topic->thing[0] == '\0' || strstr(opening, "{thing}") != NULL);
}

static const char *choose(const struct list *openings, const struct topic *topic, uint64_t *state) {
    size_t suiting = 0, wanted;

    for (size_t i = 0; i < openings->count; i++) {
        suiting += suits(openings->words[i], topic) ? 1 : 0;
    }
    if (suiting == 0) {
        return draw(openings, state);
    }
    wanted = next_random(state) % suiting;
    for (size_t i = 0;; i++) {
        if (suits(openings->words[i], topic) && wanted-- == 0) {
            return openings->words[i];
        }
    }
}

static void append(char prompt[PROMPT_BYTES], const char *text, size_t size) {
    size_t length = strlen(prompt);

    snprintf(prompt + length, PROMPT_BYTES - length, "%.*s", (int)size, text);
}

static bool ends_with(const char *prompt, const char *end) {
    size_t length = strlen(prompt);

    return length >= strlen(end) && strcmp(prompt + length - strlen(end), end) == 0;
}

/* "a owl" is "an owl". */
static void append_word(char prompt[PROMPT_BYTES], const char *word) {
    if (ends_with(prompt, " a ") && article_is_an(word)) {
        strcpy(prompt + strlen(prompt) - 1, "n ");
    }
    append(prompt, word, strlen(word));
}

/* At first "girl named Mia and a dragon", then by name: "Mia" in the place of "the girl". */
static void append_hero(char prompt[PROMPT_BYTES], const struct topic *topic, const char *hero,
                        bool is_first) {
    char words[PROMPT_BYTES];
    bool has_name = topic->name[0] != '\0', has_friend = topic->friend[0] != '\0';

    if (is_first) {
        snprintf(words, sizeof(words), "%s%s%s%s%s%s%s", hero, has_name ? " named " : "",
                 topic->name, has_friend ? " and " : "",
                 has_friend ? article_of(topic->friend) : "", has_friend ? " " : "", topic->friend);
        append_word(prompt, words);
    } else if (has_name && ends_with(prompt, "the ")) {
        prompt[strlen(prompt) - strlen("the ")] = '\0';
        append(prompt, topic->name, strlen(topic->name));
    } else {
        append_word(prompt, has_name ? topic->name : hero);
    }
}

static void fill(char prompt[PROMPT_BYTES], const char *opening, const struct topic *topic,
                 const char *const fillings[]) {
    bool is_first = true;

    prompt[0] = '\0';
    while (*opening != '\0') {
        const struct gap *gap = opening_gap(opening);

        if (gap == NULL) {
            append(prompt, opening++, 1);
            continue;
        }
        if (gap->kind == LIST_HEROES) {
            append_hero(prompt, topic, fillings[LIST_HEROES], is_first);
            is_first = false;
        } else {
            append_word(prompt, fillings[gap->kind]);
        }
        opening += strlen(gap->mark);
    }
}

void prompt_compose(const struct words *words, const struct topic *topic, uint64_t seed,
                    char prompt[PROMPT_BYTES]) {
    const char *asked[] = {[LIST_TRAITS] = topic->trait,
                           [LIST_HEROES] = topic->hero,
                           [LIST_PLACES] = topic->place,
                           [LIST_THINGS] = topic->thing};
    const char *fillings[LIST_OPENINGS];
    const char *opening;

    for (int kind = 0; kind < LIST_OPENINGS; kind++) {
        fillings[kind] = draw(words_list(words, (enum list_kind)kind), &seed);
    }
    opening = choose(words_list(words, LIST_OPENINGS), topic, &seed);
    for (int kind = 0; kind < LIST_OPENINGS; kind++) {
        if (asked[kind][0] != '\0') {
            fillings[kind] = asked[kind];
        }
    }
    fill(prompt, opening, topic, fillings);
}
