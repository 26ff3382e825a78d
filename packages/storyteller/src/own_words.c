/* SPDX-License-Identifier: MIT */
#include "own_words.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *file;
} KINDS[OWN_KINDS] = {
    [OWN_HEROES] = {"heroes", WORDS_ADDED_HEROES},
    [OWN_BLOCKED] = {"blocked", WORDS_ADDED_BLOCKED},
};

const char *own_words_name(enum own_kind kind) {
    return KINDS[kind].name;
}

enum own_kind own_words_find(const char *line, char word[OWN_WORD_BYTES]) {
    char copy[LINES_BYTES], *mark, *rest;

    snprintf(copy, sizeof(copy), "%s", line);
    mark = strchr(copy, '=');
    if (mark == NULL) {
        return OWN_KINDS;
    }
    *mark = '\0';
    rest = lines_trim(mark + 1);
    for (int kind = 0; kind < OWN_KINDS; kind++) {
        if (strcmp(lines_trim(copy), KINDS[kind].name) == 0 && strlen(rest) < OWN_WORD_BYTES) {
            snprintf(word, OWN_WORD_BYTES, "%s", rest);
            return (enum own_kind)kind;
        }
    }
    return OWN_KINDS;
}

static void put(struct own_words *own, const char *word) {
    snprintf(own->text[own->count], OWN_WORD_BYTES, "%s", word);
    own->words[own->count] = own->text[own->count];
    own->count++;
}

static void take(void *user, int number, char *text) {
    struct own_words *own = user;

    (void)number;
    if (own->count < OWN_WORDS && strlen(text) < OWN_WORD_BYTES) {
        put(own, text);
    }
}

void own_words_read(struct shelf *shelf, enum own_kind kind, struct own_words *own) {
    own->count = 0;
    shelf_read(shelf, KINDS[kind].file, take, own);
}

/* Write all but one, which may be NULL. */
static void write_without(struct shelf *shelf, enum own_kind kind, const struct own_words *own,
                          const char *left_out) {
    char text[OWN_WORDS * OWN_WORD_BYTES + 1] = "";
    size_t length = 0;

    for (size_t i = 0; i < own->count; i++) {
        if (left_out == NULL || strcmp(own->words[i], left_out) != 0) {
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\n", own->words[i]);
        }
    }
    shelf_replace(shelf, KINDS[kind].file, text);
}

/* What is wrong with a word, or NULL; a hero is made small. Only the card's file takes something
 * out of the list of blocked words: whoever opens the page needs no password. */
static const char *check(const struct words *words, enum own_kind kind, char *word) {
    if (word[0] == '\0' || word[0] == '#' || word[0] == '!') {
        return "a word begins with a letter";
    }
    return kind == OWN_HEROES ? words_check_hero(words, word) : gate_check(word);
}

const char *own_words_add(struct shelf *shelf, const struct words *words, enum own_kind kind,
                          const char *word) {
    struct own_words own;
    char checked[OWN_WORD_BYTES];
    const char *problem;

    snprintf(checked, sizeof(checked), "%s", word);
    problem = check(words, kind, checked);
    if (problem != NULL) {
        return problem;
    }
    own_words_read(shelf, kind, &own);
    for (size_t i = 0; i < own.count; i++) {
        if (strcmp(own.words[i], checked) == 0) {
            return NULL;
        }
    }
    if (own.count == OWN_WORDS) {
        return "the list is full: remove a word first";
    }
    put(&own, checked);
    write_without(shelf, kind, &own, NULL);
    return NULL;
}

void own_words_remove(struct shelf *shelf, enum own_kind kind, const char *word) {
    struct own_words own;

    own_words_read(shelf, kind, &own);
    write_without(shelf, kind, &own, word);
}
