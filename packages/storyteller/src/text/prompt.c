/* SPDX-License-Identifier: MIT */
#include "text/prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/opening.h"
#include "text/random.h"
#include "text/words.h"

static const char *draw(const struct list *list, uint64_t *state) {
    return list->words[next_random(state) % list->count];
}

/* Whether the beginning suits: no place or thing that was asked for may be left out. */
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

/* "a owl" is "an owl". */
static void append_word(char prompt[PROMPT_BYTES], const char *word) {
    size_t length = strlen(prompt);

    if (length > 2 && strcmp(prompt + length - 3, " a ") == 0 && strchr("aeiou", word[0]) != NULL) {
        strcpy(prompt + length - 1, "n ");
    }
    append(prompt, word, strlen(word));
}

static void fill(char prompt[PROMPT_BYTES], const char *opening, const char *const fillings[]) {
    prompt[0] = '\0';
    while (*opening != '\0') {
        const struct gap *gap = opening_gap(opening);
        size_t length = gap != NULL ? strlen(gap->mark) : 1;

        if (gap != NULL) {
            append_word(prompt, fillings[gap->kind]);
        } else {
            append(prompt, opening, 1);
        }
        opening += length;
    }
}

void prompt_compose(const struct words *words, const struct topic *topic, uint64_t seed,
                    char prompt[PROMPT_BYTES]) {
    const struct list *traits = words_list(words, LIST_TRAITS);
    const char *fillings[LISTS];
    const char *opening;

    for (int kind = 0; kind < LIST_OPENINGS; kind++) {
        fillings[kind] = draw(words_list(words, (enum list_kind)kind), &seed);
    }
    opening = choose(words_list(words, LIST_OPENINGS), topic, &seed);
    if (topic->place[0] != '\0') {
        fillings[LIST_PLACES] = topic->place;
    }
    if (topic->thing[0] != '\0') {
        fillings[LIST_THINGS] = topic->thing;
    }
    if (topic->hero[0] != '\0') {
        fillings[LIST_HEROES] = topic->hero;
    }
    for (size_t i = 0; i < traits->count; i++) {
        size_t length = list_match(topic->hero, traits->words[i]);

        if (length == 0 || topic->hero[length] == '\0') {
            continue;
        }
        fillings[LIST_TRAITS] = traits->words[i];
        fillings[LIST_HEROES] = topic->hero + length + 1;
    }
    fill(prompt, opening, fillings);
}
