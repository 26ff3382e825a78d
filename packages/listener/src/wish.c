/* SPDX-License-Identifier: MIT */
#include "wish.h"

#include <string.h>

#define MOST_WORDS 32

const char *const WISH_WORDS[] = {"please", "tell",  "me", "i",  "want", "a",    "an",
                                  "story",  "about", "to", "in", "on",   "at",   "the",
                                  "with",   "little", NULL};

static void write_list(FILE *file, const char *name, const struct list *list)
{
    if (list->count == 0)
        return;
    fprintf(file, "<%s> = ", name);
    for (size_t i = 0; i < list->count; i++)
        fprintf(file, "%s%s", i > 0 ? " | " : "", list->entries[i]);
    fputs(";\n", file);
}

bool wish_grammar(FILE *file, const struct list lists[LIST_KINDS], bool is_answer)
{
    bool has_hero = lists[HEROES].count > 0;
    bool has_place = lists[PLACES].count > 0;
    bool has_thing = lists[THINGS].count > 0;
    const char *separator = "";

    if (!has_hero && !has_place && !has_thing)
        return false;
    fputs("#JSGF V1.0;\ngrammar wish;\npublic <wish> = ", file);
    if (!is_answer)
        fputs("[[please] tell me | i want] [a story] [about] ", file);
    fputs("(", file);
    if (has_hero) {
        fprintf(file, "<who>%s%s", !is_answer && has_place ? " [<where>]" : "",
                !is_answer && has_thing ? " [<with>]" : "");
        separator = " | ";
    }
    if (has_place) {
        fprintf(file, "%s<where>", separator);
        separator = " | ";
    }
    if (has_thing)
        fprintf(file, "%s<with>", separator);
    fputs(");\n", file);
    if (has_hero)
        fputs("<who> = [a | an | the] [little] <heroes>;\n", file);
    if (has_place)
        fprintf(file, "<where> = %s [a | an | the] <places>;\n",
                is_answer ? "[in | on | at]" : "(in | on | at | to)");
    if (has_thing)
        fprintf(file, "<with> = %s [a | an | the] <things>;\n", is_answer ? "[with]" : "with");
    for (int kind = 0; kind < LIST_KINDS; kind++)
        write_list(file, LIST_NAMES[kind], &lists[kind]);
    return true;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* Which list the words behind this one are of; `before` where it does not tell. */
static enum list_kind kind_behind(const char *word, enum list_kind before)
{
    static const char *const TO_PLACE[] = {"in", "on", "at", "to", NULL};
    static const char *const TO_THING[] = {"with", NULL};

    if (is_one_of(word, TO_PLACE))
        return PLACES;
    return is_one_of(word, TO_THING) ? THINGS : before;
}

/* The list that knows the words best, `likely` before the others. Returns how many they are. */
static size_t match_any(const char *const *words, size_t count, const struct list *lists,
                        enum list_kind likely, enum list_kind *kind, const char **entry)
{
    size_t taken = list_match(&lists[likely], words, count, entry);

    *kind = likely;
    for (int i = 0; taken == 0 && i < LIST_KINDS; i++) {
        *kind = (enum list_kind)i;
        taken = list_match(&lists[i], words, count, entry);
    }
    return taken;
}

void wish_parts(char *heard, const struct list lists[LIST_KINDS], const char *parts[LIST_KINDS])
{
    const char *words[MOST_WORDS];
    enum list_kind likely = HEROES;
    size_t count = 0, at = 0;
    char *word;

    for (int i = 0; i < LIST_KINDS; i++)
        parts[i] = "";
    while (count < MOST_WORDS && (word = strsep(&heard, " ")) != NULL)
        words[count++] = word;
    while (at < count) {
        const char *entry = NULL;
        enum list_kind kind;
        size_t taken = match_any(&words[at], count - at, lists, likely, &kind, &entry);

        if (taken > 0 && parts[kind][0] == '\0')
            parts[kind] = entry;
        if (taken == 0)
            likely = kind_behind(words[at], likely);
        at += taken > 0 ? taken : 1;
    }
}
