/* SPDX-License-Identifier: MIT */
#include "dictionary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The place of a word among those wanted, or where it belongs. */
static size_t place(const struct dictionary *dictionary, const char *word, bool *is_there) {
    size_t low = 0, high = dictionary->count;

    *is_there = false;
    while (low < high && !*is_there) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(word, dictionary->words[middle]);

        if (order < 0) {
            high = middle;
        } else {
            low = order > 0 ? middle + 1 : middle;
        }
        *is_there = order == 0;
    }
    return low;
}

static bool grow(struct dictionary *dictionary) {
    size_t room = dictionary->room > 0 ? 2 * dictionary->room : 128;
    char **words = realloc(dictionary->words, room * sizeof(*words));
    bool *found;

    if (words == NULL) {
        return false;
    }
    dictionary->words = words;
    found = realloc(dictionary->found, room * sizeof(*found));
    if (found == NULL) {
        return false;
    }
    dictionary->found = found;
    dictionary->room = room;
    return true;
}

bool dictionary_add(struct dictionary *dictionary, const char *word) {
    bool is_there;
    size_t at = place(dictionary, word, &is_there);
    char *copy;

    if (is_there) {
        return true;
    }
    if (dictionary->count == dictionary->room && !grow(dictionary)) {
        return false;
    }
    copy = strdup(word);
    if (copy == NULL) {
        return false;
    }
    memmove(&dictionary->words[at + 1], &dictionary->words[at],
            (dictionary->count - at) * sizeof(*dictionary->words));
    dictionary->words[at] = copy;
    dictionary->found[dictionary->count++] = false;
    return true;
}

/* Take a line of the file: a spelling, white space, phones. */
static void take_line(struct dictionary *dictionary, char *line, dictionary_fn *take, void *user) {
    char *phones = line + strcspn(line, " \t");
    char word[DICTIONARY_LINE];
    bool is_wanted;
    size_t at;

    if (*phones == '\0') {
        return;
    }
    *phones++ = '\0';
    phones[strcspn(phones, "\r\n")] = '\0';
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, "("), line);
    at = place(dictionary, word, &is_wanted);
    if (!is_wanted) {
        return;
    }
    dictionary->found[at] = true;
    take(user, line, phones);
}

bool dictionary_read(struct dictionary *dictionary, const char *path, dictionary_fn *take,
                     void *user) {
    char line[DICTIONARY_LINE];
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return false;
    }
    /* A longer line would come in parts, of which the later ones are no words that are wanted. */
    while (fgets(line, sizeof(line), file) != NULL) {
        take_line(dictionary, line, take, user);
    }
    fclose(file);
    return true;
}

bool dictionary_has(const struct dictionary *dictionary, const char *word) {
    bool is_there;
    size_t at = place(dictionary, word, &is_there);

    return is_there && dictionary->found[at];
}

void dictionary_free(struct dictionary *dictionary) {
    for (size_t i = 0; i < dictionary->count; i++) {
        free(dictionary->words[i]);
    }
    free(dictionary->words);
    free(dictionary->found);
    *dictionary = (struct dictionary){0};
}
