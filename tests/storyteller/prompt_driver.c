/* SPDX-License-Identifier: MIT */
/* prompt_driver WORDS OWN SEED: the openings drawn with SEED and the 999 seeds behind it.
 * prompt_driver WORDS OWN SEED LINE...: what each typed line asks for, its topic, and an opening.
 * prompt_driver WORDS OWN lists: every word of every list, and the number of blocked entries.
 * prompt_driver WORDS OWN places: each with its preposition.
 * prompt_driver WORDS OWN requests: those of the lines of standard input that are refused.
 * prompt_driver WORDS OWN sentences: those that no story may hold.
 * WORDS and OWN are folders of word lists; OWN may be "". Complaints come first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs/typed.h"
#include "text/preposition.h"
#include "text/prompt.h"
#include "text/words.h"

static void complain(void *user, const struct complaint *complaint) {
    (void)user;
    printf("! %s:%d: %s\n", complaint->path, complaint->line, complaint->problem);
}

static void show_lists(const struct words *words) {
    for (int kind = 0; kind < LISTS; kind++) {
        const struct list *list = words_list(words, (enum list_kind)kind);

        for (size_t i = 0; i < list->count; i++) {
            printf("%d %s\n", kind, list->words[i]);
        }
    }
    printf("%zu blocked\n", gate_count(words_gate(words)));
}

static void show_places(const struct words *words) {
    const struct list *places = words_list(words, LIST_PLACES);

    for (size_t i = 0; i < places->count; i++) {
        printf("%s the %s\n", preposition_of(places->words[i]), places->words[i]);
    }
}

static void show_stopped(const struct words *words, bool are_sentences) {
    const struct gate *gate = words_gate(words);
    char line[256];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (are_sentences ? gate_stops(gate, line) : gate_stops_spelling(gate, line)) {
            puts(line);
        }
    }
}

static void show_line(const struct words *words, const char *line, uint64_t seed) {
    static const char *const NAMES[] = {"nothing", "found", "unknown", "refused"};
    char prompt[PROMPT_BYTES];
    struct topic topic;
    enum typed request = typed_read(words, line, &topic);

    prompt_compose(words, &topic, seed, prompt);
    printf("%s|%s%s%s|%s|%s|%s|%s\n%s\n", NAMES[request], topic.trait,
           topic.trait[0] != '\0' && topic.hero[0] != '\0' ? " " : "", topic.hero, topic.place,
           topic.thing, topic.name, topic.friend, prompt);
}

int main(int count, char **arguments) {
    static const struct topic NONE;
    char prompt[PROMPT_BYTES];
    struct words_folders folders = {.ours = NULL};
    struct words *words;
    uint64_t seed;

    if (count < 4) {
        return EXIT_FAILURE;
    }
    folders.ours = arguments[1];
    folders.card = arguments[2][0] != '\0' ? arguments[2] : NULL;
    words = words_open(&folders, complain, NULL);
    if (words == NULL) {
        return EXIT_FAILURE;
    }
    seed = strtoull(arguments[3], NULL, 10);
    if (strcmp(arguments[3], "lists") == 0) {
        show_lists(words);
    } else if (strcmp(arguments[3], "places") == 0) {
        show_places(words);
    } else if (seed == 0) {
        show_stopped(words, strcmp(arguments[3], "sentences") == 0);
    }
    for (int i = 4; i < count; i++) {
        show_line(words, arguments[i], seed);
    }
    for (uint64_t i = 0; seed > 0 && count == 4 && i < 1000; i++) {
        prompt_compose(words, &NONE, seed + i, prompt);
        puts(prompt);
    }
    words_close(words);
    return EXIT_SUCCESS;
}
