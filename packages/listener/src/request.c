/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <string.h>

#define MOST_WORDS 32

const char *const REQUEST_WORDS[] = {"please", "tell",  "me",    "i",      "want", "a",
                                     "an",     "story", "about", "to",     "in",   "on",
                                     "at",     "the",   "with",  "little", NULL};

static void write_rule(FILE *file, const char *name, const struct list *list) {
    fprintf(file, "<%s> = ", name);
    for (size_t i = 0; i < list->count; i++) {
        fprintf(file, "%s%s", i > 0 ? " | " : "", list->entries[i]);
    }
    fputs(";\n", file);
}

/* A request begins with its hero: a place alone would be what all noise sounds like. Each list can
 * be reached by one way only, because the search keeps all of a list's words for each way to it. */
static void write_request(FILE *file, bool has_places, bool has_things) {
    fprintf(file,
            "public <request> = [<ask>] <article> [little] <heroes>%s%s;\n"
            "<ask> = [please] tell me a story about | a story about | i want a story about;\n"
            "<article> = a | an | the;\n",
            has_places ? " [(in | on | at | to) <article> <places>]" : "",
            has_things ? " [with <article> <things>]" : "");
}

/* An answer may be any of the words. */
static void write_answer(FILE *file, const struct list lists[LIST_KINDS]) {
    const char *separator = "(";

    fputs("public <request> = [[in | on | at | with] (a | an | the)] ", file);
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        if (lists[kind].count > 0) {
            fprintf(file, "%s<%s>", separator, LIST_NAMES[kind]);
            separator = " | ";
        }
    }
    fputs(");\n", file);
}

bool request_grammar(FILE *file, const struct list lists[LIST_KINDS], bool is_answer) {
    bool has_heroes = lists[HEROES].count > 0, has_places = lists[PLACES].count > 0,
         has_things = lists[THINGS].count > 0;

    if (!has_heroes && !(is_answer && (has_places || has_things))) {
        return false;
    }
    fputs("#JSGF V1.0;\ngrammar request;\n", file);
    if (is_answer) {
        write_answer(file, lists);
    } else {
        write_request(file, has_places, has_things);
    }
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        if (lists[kind].count > 0) {
            write_rule(file, LIST_NAMES[kind], &lists[kind]);
        }
    }
    return true;
}

static bool is_one_of(const char *word, const char *const *words) {
    while (*words != NULL && strcmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

/* Which list the words behind this one are of; `before` where it does not tell. */
static enum list_kind kind_behind(const char *word, enum list_kind before) {
    static const char *const TO_PLACE[] = {"in", "on", "at", "to", NULL};
    static const char *const TO_THING[] = {"with", NULL};

    if (is_one_of(word, TO_PLACE)) {
        return PLACES;
    }
    return is_one_of(word, TO_THING) ? THINGS : before;
}

/* The list that knows the words best, `likely` before the others. Returns how many they are. */
static size_t match_any(const char *const *words, size_t count, const struct list *lists,
                        enum list_kind likely, enum list_kind *kind, const char **entry) {
    size_t taken = list_match(&lists[likely], words, count, entry);

    *kind = likely;
    for (int i = 0; taken == 0 && i < LIST_KINDS; i++) {
        *kind = (enum list_kind)i;
        taken = list_match(&lists[i], words, count, entry);
    }
    return taken;
}

void request_parts(char *heard, const struct list lists[LIST_KINDS],
                   const char *parts[LIST_KINDS]) {
    const char *words[MOST_WORDS];
    enum list_kind likely = HEROES;
    size_t count = 0, at = 0;
    char *word;

    for (int i = 0; i < LIST_KINDS; i++) {
        parts[i] = "";
    }
    while (count < MOST_WORDS && (word = strsep(&heard, " ")) != NULL) {
        words[count++] = word;
    }
    while (at < count) {
        const char *entry = NULL;
        enum list_kind kind;
        size_t taken = match_any(&words[at], count - at, lists, likely, &kind, &entry);

        if (taken > 0 && parts[kind][0] == '\0') {
            parts[kind] = entry;
        }
        if (taken == 0) {
            likely = kind_behind(words[at], likely);
        }
        at += taken > 0 ? taken : 1;
    }
}
