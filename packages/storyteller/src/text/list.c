/* SPDX-License-Identifier: MIT */
#include "text/list.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How words end alone, and in the plural: "pony", "wolf", "fox", "fireman", "dog". */
static const struct {
    const char *alone;
    const char *plural;
} PLURALS[] = {{"y", "ies"}, {"f", "ves"}, {"fe", "ves"}, {"man", "men"}, {"", "es"}, {"", "s"}};

static bool is_end(char c) {
    return c == ' ' || c == '\0';
}

size_t list_match(const char *text, const char *word) {
    size_t length = strlen(word), same = 0;

    while (same < length && text[same] == word[same]) {
        same++;
    }
    if (same == length && is_end(text[length])) {
        return length;
    }
    for (size_t i = 0; i < COUNT(PLURALS); i++) {
        size_t alone = strlen(PLURALS[i].alone), plural = strlen(PLURALS[i].plural);
        size_t kept = length - alone;

        if (alone <= length && same >= kept && strcmp(word + kept, PLURALS[i].alone) == 0 &&
            strncmp(text + kept, PLURALS[i].plural, plural) == 0 && is_end(text[kept + plural])) {
            return kept + plural;
        }
    }
    return 0;
}

const char *list_find(const struct list *list, const char *text, size_t *length) {
    const char *found = NULL;

    *length = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *word = list->words[i];
        size_t matched = word[0] == text[0] ? list_match(text, word) : 0;

        /* "James" is no plural of "Jame". */
        if (matched > *length || (matched > 0 && matched == *length && matched == strlen(word))) {
            found = word;
            *length = matched;
        }
    }
    return found;
}

bool list_has(const struct list *list, const char *word) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->words[i][0] == word[0] && strcmp(list->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}
