/* SPDX-License-Identifier: MIT */
#include "text/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/opening.h"

#define PATH_BYTES 512
#define PROBLEM_BYTES 160

static const char BLOCKED[] = "blocked.txt blocks it: choose another word";
static const char NO_MEMORY[] = "not enough memory";

struct words {
    struct list lists[LISTS];
    struct gate *gate;
};

static const char MEANS[] = " = ";

/* A list's files, and what is left of it when it cannot be read at all. */
static const struct {
    const char *file;  /* of what is drawn; NULL: nothing is */
    const char *asked; /* of what is known besides, or NULL */
    const char *last;
} FILES[LISTS] = {
    [LIST_TRAITS] = {"traits.txt", "asked/traits.txt", "little"},
    [LIST_HEROES] = {"heroes.txt", "asked/heroes.txt", "rabbit"},
    [LIST_PLACES] = {"places.txt", "asked/places.txt", "forest"},
    [LIST_THINGS] = {"things.txt", "asked/things.txt", "ball"},
    [LIST_OPENINGS] = {"openings.txt", NULL,
                       "Once upon a time, there was a {trait} {hero}. One day,"},
    [LIST_GIRLS] = {NULL, "asked/girls.txt", NULL},
    [LIST_BOYS] = {NULL, "asked/boys.txt", NULL},
    [LIST_CHILDREN] = {NULL, "asked/children.txt", NULL},
    [LIST_NAMED_GIRLS] = {NULL, "asked/named_girls.txt", NULL},
    [LIST_NAMED_BOYS] = {NULL, "asked/named_boys.txt", NULL},
    [LIST_SAID] = {NULL, "asked/said.txt", NULL},
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
    bool is_asked; /* what is only known when somebody asks for it */
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

/* What is wrong with "said = meant", or NULL. */
static const char *check_saying(char *text) {
    char *means = strstr(text, MEANS);
    const char *problem;

    if (means == NULL) {
        return "a saying is of the form: said = meant";
    }
    *means = '\0';
    problem = check_word(text);
    *means = MEANS[0];
    return problem != NULL ? problem : check_word(means + strlen(MEANS));
}

static const char *check_item(const struct reading *reading, char *text) {
    const char *problem;

    if (reading->kind == LIST_SAID) {
        return check_saying(text); /* what is meant is looked up in lists that are checked */
    }
    problem = reading->kind == LIST_OPENINGS ? opening_check(text) : check_word(text);

    /* What is only asked for is looked at then: words_block(). */
    if (problem == NULL && !reading->is_asked && gate_stops(reading->gate, text)) {
        return BLOCKED;
    }
    return problem;
}

/* Our own lists name nothing twice; that they repeat what is drawn may be the parents' choice. */
static bool is_drawn(const struct list *list, const char *word) {
    for (size_t i = 0; i < list->drawn; i++) {
        if (strcmp(list->words[i], word) == 0) {
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
            complain(reading, number, "the list is full: at most 4096 lines");
        }
        reading->is_full_told = true;
    } else if (reading->is_asked ? !is_drawn(list, text) : !list_has(list, text)) {
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

static void take_allowed(void *user, int number, char *text) {
    struct reading *reading = user;
    const char *problem = gate_allow(reading->gate, text);

    if (problem != NULL) {
        complain(reading, number, problem);
    }
}

static void empty(struct list *list) {
    while (list->count > 0) {
        free(list->words[--list->count]);
    }
}

static bool read_file(struct reading *reading) {
    reading->is_full_told = false;
    if (!lines_read(reading->path, take_item, reading)) {
        complain(reading, 0, strerror(errno));
        return false;
    }
    return true;
}

/* Returns whether the list now holds something. */
static bool read_list(struct reading *reading) {
    if (read_file(reading) && reading->list->count == 0) {
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

/* A file that need not be there. */
static void read_if_there(struct reading *reading, line_fn *take) {
    if (is_there(reading->path) && !lines_read(reading->path, take, reading)) {
        complain(reading, 0, strerror(errno));
    }
}

/* What is drawn. Returns false without memory. */
static bool load_drawn(struct reading *reading, const struct words_folders *folders) {
    char path[PATH_BYTES];
    const char *file = FILES[reading->kind].file;

    reading->path = path;
    if (folders->card != NULL) {
        join_path(path, folders->card, file);
        if (is_there(path) && read_list(reading)) {
            return true;
        }
    }
    if (folders->added != NULL && reading->kind == LIST_HEROES) {
        join_path(path, folders->added, WORDS_ADDED_HEROES);
        read_if_there(reading, take_item);
    }
    join_path(path, folders->ours, file);
    if (read_list(reading)) {
        return true;
    }
    empty(reading->list);
    reading->list->words[0] = strdup(FILES[reading->kind].last);
    reading->list->count = 1;
    return reading->list->words[0] != NULL;
}

/* Returns false without memory. */
static bool load_list(struct reading *reading, const struct words_folders *folders) {
    char path[PATH_BYTES];

    if (FILES[reading->kind].file != NULL && !load_drawn(reading, folders)) {
        return false;
    }
    reading->list->drawn = reading->list->count;
    if (FILES[reading->kind].asked != NULL) {
        join_path(path, folders->ours, FILES[reading->kind].asked);
        reading->path = path;
        reading->is_asked = true;
        read_file(reading);
        reading->is_asked = false;
    }
    return true;
}

/* Nothing is told without our own list; the parents' adds to it, and to what is not allowed. */
static bool load_blocked(struct reading *reading, const struct words_folders *folders) {
    char path[PATH_BYTES], problem[PROBLEM_BYTES];
    const char *reason = NULL;

    reading->path = path;
    join_path(path, folders->ours, "blocked.txt");
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
    join_path(path, folders->ours, "allowed.txt");
    if (!lines_read(path, take_allowed, reading)) {
        complain(reading, 0, strerror(errno));
    }
    if (folders->card != NULL) {
        join_path(path, folders->card, "blocked.txt");
        read_if_there(reading, take_entry);
    }
    if (folders->added != NULL) {
        join_path(path, folders->added, WORDS_ADDED_BLOCKED);
        read_if_there(reading, take_entry);
    }
    return true;
}

struct words *words_open(const struct words_folders *folders, complain_fn *told, void *user) {
    struct words *words = calloc(1, sizeof(*words));
    struct reading reading = {.path = folders->ours, .complain = told, .user = user};
    bool has_memory;

    if (words == NULL || (words->gate = gate_new()) == NULL) {
        complain(&reading, 0, NO_MEMORY);
        words_close(words);
        return NULL;
    }
    reading.gate = words->gate;
    if (!load_blocked(&reading, folders)) {
        words_close(words);
        return NULL;
    }
    has_memory = true;
    for (int kind = 0; has_memory && kind < LISTS; kind++) {
        reading.kind = (enum list_kind)kind;
        reading.list = &words->lists[kind];
        has_memory = load_list(&reading, folders);
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
        empty(&words->lists[kind]);
    }
    gate_free(words->gate);
    free(words);
}

void words_reload(struct words *words, const struct words_folders *folders, complain_fn *told,
                  void *user) {
    struct words *fresh = words_open(folders, told, user), old;

    if (fresh == NULL) {
        return;
    }
    old = *words;
    *words = *fresh;
    *fresh = old;
    words_close(fresh);
}

bool words_card_has_heroes(const struct words_folders *folders) {
    char path[PATH_BYTES];

    if (folders->card == NULL) {
        return false;
    }
    join_path(path, folders->card, FILES[LIST_HEROES].file);
    return is_there(path);
}

const char *words_check_hero(const struct words *words, char *text) {
    const struct reading reading = {.kind = LIST_HEROES, .gate = words->gate};

    return check_item(&reading, text);
}

const struct list *words_list(const struct words *words, enum list_kind kind) {
    return &words->lists[kind];
}

const struct gate *words_gate(const struct words *words) {
    return words->gate;
}

const char *words_meaning(const struct words *words, const char *text, size_t *length) {
    const struct list *list = &words->lists[LIST_SAID];
    const char *meaning = NULL;

    *length = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *said = list->words[i];
        const char *means = strstr(said, MEANS);
        size_t bytes = (size_t)(means - said);

        if (bytes > *length && strncmp(text, said, bytes) == 0 &&
            (text[bytes] == ' ' || text[bytes] == '\0')) {
            *length = bytes;
            meaning = means + strlen(MEANS);
        }
    }
    return meaning;
}

bool words_block(const struct words *words, const struct topic *topic) {
    const char *const parts[] = {topic->trait,  topic->hero,  topic->name,
                                 topic->friend, topic->place, topic->thing};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (gate_stops(words->gate, parts[i])) {
            return true;
        }
    }
    return false;
}
