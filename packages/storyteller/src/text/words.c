/* SPDX-License-Identifier: MIT */
#include "text/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/opening.h"
#include "text/topic.h"

#define PATH_BYTES 512
#define PROBLEM_BYTES 160

static const char NO_MEMORY[] = "not enough memory";

struct words {
    struct list lists[LISTS];
    struct gate *gate;
};

/* What is left of a list that cannot be read at all. */
static const struct {
    const char *file;
    const char *last;
} FILES[LISTS] = {
    [LIST_TRAITS] = {"traits.txt", "little"},
    [LIST_HEROES] = {"heroes.txt", "rabbit"},
    [LIST_PLACES] = {"places.txt", "forest"},
    [LIST_THINGS] = {"things.txt", "ball"},
    [LIST_OPENINGS] = {"beginnings.txt", "Once upon a time, there was a {trait} {hero}. One day,"},
};

/* One file being read. */
struct reading {
    const char *path;
    enum list_kind kind;
    struct list *list;
    struct gate *gate;
    complain_fn *complain;
    void *user;
    bool is_full_told;
};

static void complain(const struct reading *reading, int line, const char *problem) {
    struct complaint complaint = {reading->path, line, problem};

    reading->complain(reading->user, &complaint);
}

/* What is wrong with a word, or NULL; it is made small. */
static const char *check_word(char *text) {
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\t' ? ' ' : (char)tolower((unsigned char)*at);
        if (!islower((unsigned char)*at) && *at != ' ') {
            return "only letters from a to z and spaces are allowed";
        }
    }
    return strlen(text) < TOPIC_BYTES ? NULL : "too long: at most 31 letters";
}

static const char *check_item(const struct reading *reading, char *text) {
    const char *problem = reading->kind == LIST_OPENINGS ? opening_check(text) : check_word(text);

    if (problem == NULL && gate_stops(reading->gate, text)) {
        return "blocked.txt blocks it: choose another word";
    }
    return problem;
}

static bool has_word(const struct list *list, const char *text) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static void take_item(void *user, int number, char *text) {
    struct reading *reading = user;
    struct list *list = reading->list;
    const char *problem = check_item(reading, text);

    if (problem != NULL) {
        complain(reading, number, problem);
    } else if (list->count == LIST_WORDS) {
        if (!reading->is_full_told) {
            complain(reading, number, "the list is full: at most 256 lines");
        }
        reading->is_full_told = true;
    } else if (!has_word(list, text)) {
        list->words[list->count] = strdup(text);
        list->count += list->words[list->count] != NULL ? 1 : 0;
    }
}

static void take_entry(void *user, int number, char *text) {
    struct reading *reading = user;
    const char *problem = gate_add(reading->gate, text);

    if (problem != NULL) {
        complain(reading, number, problem);
    }
}

static void empty(struct list *list) {
    while (list->count > 0) {
        free(list->words[--list->count]);
    }
}

/* Returns whether the list now holds something. */
static bool read_list(struct reading *reading) {
    if (!lines_read(reading->path, take_item, reading)) {
        complain(reading, 0, strerror(errno));
        return false;
    }
    if (reading->list->count == 0) {
        complain(reading, 0, "no line can be used: the standard list is used");
    }
    return reading->list->count > 0;
}

static bool is_there(const char *path) {
    FILE *file = fopen(path, "r");

    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

static void join_path(char path[PATH_BYTES], const char *folder, const char *file) {
    snprintf(path, PATH_BYTES, "%s/%s", folder, file);
}

static bool load_list(struct reading *reading, const char *folder, const char *own) {
    char path[PATH_BYTES];
    const char *file = FILES[reading->kind].file;

    reading->path = path;
    if (own != NULL) {
        join_path(path, own, file);
        if (is_there(path) && read_list(reading)) {
            return true;
        }
    }
    join_path(path, folder, file);
    reading->is_full_told = false;
    if (read_list(reading)) {
        return true;
    }
    empty(reading->list);
    reading->list->words[0] = strdup(FILES[reading->kind].last);
    reading->list->count = 1;
    return reading->list->words[0] != NULL;
}

/* Nothing is told without our own list; the parents' adds to it. */
static bool load_blocked(struct reading *reading, const char *folder, const char *own) {
    char path[PATH_BYTES], problem[PROBLEM_BYTES];
    const char *reason = NULL;

    reading->path = path;
    join_path(path, folder, "blocked.txt");
    if (!lines_read(path, take_entry, reading)) {
        reason = strerror(errno);
    } else if (gate_count(reading->gate) == 0) {
        reason = "it blocks nothing";
    }
    if (reason != NULL) {
        snprintf(problem, sizeof(problem),
                 "%s, and no story is told without it: write the card again", reason);
        complain(reading, 0, problem);
        return false;
    }
    if (own == NULL) {
        return true;
    }
    join_path(path, own, "blocked.txt");
    if (is_there(path) && !lines_read(path, take_entry, reading)) {
        complain(reading, 0, strerror(errno));
    }
    return true;
}

struct words *words_open(const char *folder, const char *own, complain_fn *told, void *user) {
    struct words *words = calloc(1, sizeof(*words));
    struct reading reading = {.path = folder, .complain = told, .user = user};
    bool has_memory;

    if (words == NULL || (words->gate = gate_new()) == NULL) {
        complain(&reading, 0, NO_MEMORY);
        words_close(words);
        return NULL;
    }
    reading.gate = words->gate;
    if (!load_blocked(&reading, folder, own)) {
        words_close(words);
        return NULL;
    }
    has_memory = true;
    for (int kind = 0; has_memory && kind < LISTS; kind++) {
        reading.kind = (enum list_kind)kind;
        reading.list = &words->lists[kind];
        has_memory = load_list(&reading, folder, own);
    }
    if (!has_memory) {
        complain(&reading, 0, NO_MEMORY);
        words_close(words);
        return NULL;
    }
    return words;
}

void words_close(struct words *words) {
    if (words == NULL) {
        return;
    }
    for (int kind = 0; kind < LISTS; kind++) {
        struct list *list = &words->lists[kind];

        if (list->count > 0 && list->words[0] != NULL) {
            empty(list);
        }
    }
    gate_free(words->gate);
    free(words);
}

const struct list *words_list(const struct words *words, enum list_kind kind) {
    return &words->lists[kind];
}

const struct gate *words_gate(const struct words *words) {
    return words->gate;
}
