/* SPDX-License-Identifier: MIT */
#include "lists.h"

#include <ctype.h>
#include <lines.h>
#include <string.h>

const char *const LIST_NAMES[LIST_KINDS] = {"heroes", "places", "things"};

static bool is_entry(const char *line) {
    if (!islower((unsigned char)line[0])) {
        return false;
    }
    for (; *line != '\0'; line++) {
        bool is_single_space = *line == ' ' && islower((unsigned char)line[1]);

        if (!islower((unsigned char)*line) && !is_single_space) {
            return false;
        }
    }
    return true;
}

static void take_line(void *user, int number, char *text) {
    struct list *list = user;

    (void)number;
    if (list->count < LIST_ENTRIES && strlen(text) < ENTRY_BYTES && is_entry(text)) {
        strcpy(list->entries[list->count++], text);
    }
}

bool list_read(struct list *list, const char *path) {
    list->count = 0;
    return lines_read(path, take_line, list);
}

/* Call each(user, word) with the words of one entry; a copy is taken apart. */
static void entry_words(const char *entry, list_each_fn *each, void *user) {
    char copy[ENTRY_BYTES];
    char *rest = copy, *word;

    strcpy(copy, entry);
    while ((word = strsep(&rest, " ")) != NULL) {
        each(user, word);
    }
}

void list_words(const struct list *list, list_each_fn *each, void *user) {
    for (size_t i = 0; i < list->count; i++) {
        entry_words(list->entries[i], each, user);
    }
}

struct knowledge {
    list_word_fn *is_known;
    void *user;
    bool all;
};

static void check(void *user, const char *word) {
    struct knowledge *knowledge = user;

    knowledge->all = knowledge->all && knowledge->is_known(knowledge->user, word);
}

void list_keep(struct list *list, list_word_fn *is_known, void *user) {
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct knowledge knowledge = {is_known, user, true};

        entry_words(list->entries[i], check, &knowledge);
        if (knowledge.all && kept != i) {
            memcpy(list->entries[kept], list->entries[i], ENTRY_BYTES);
        }
        kept += knowledge.all ? 1 : 0;
    }
    list->count = kept;
}

/* How many words an entry takes of the text; 0 when it is not the text's beginning. */
static size_t match(const char *entry, const char *const *words, size_t count) {
    for (size_t taken = 0; taken < count; taken++) {
        size_t length = strlen(words[taken]);

        if (strncmp(entry, words[taken], length) != 0) {
            return 0;
        }
        if (entry[length] == '\0') {
            return taken + 1;
        }
        if (entry[length] != ' ') {
            return 0;
        }
        entry += length + 1;
    }
    return 0;
}

size_t list_match(const struct list *list, const char *const *words, size_t count,
                  const char **entry) {
    size_t most = 0;

    for (size_t i = 0; i < list->count; i++) {
        size_t taken = match(list->entries[i], words, count);

        if (taken > most) {
            most = taken;
            *entry = list->entries[i];
        }
    }
    return most;
}
