/* SPDX-License-Identifier: MIT */
#include "text/list.h"

#include <string.h>

size_t list_match(const char *text, const char *word) {
    size_t length = strlen(word);

    if (strncmp(text, word, length) != 0) {
        return 0;
    }
    length += text[length] == 's' ? 1 : 0;
    return text[length] == ' ' || text[length] == '\0' ? length : 0;
}

const char *list_find(const struct list *list, const char *words) {
    const char *found = NULL;

    for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ' ? 1 : 0;
        for (size_t i = 0; i < list->count; i++) {
            const char *word = list->words[i];

            if (list_match(at, word) > 0 && (found == NULL || strlen(word) > strlen(found))) {
                found = word;
            }
        }
    }
    return found;
}
