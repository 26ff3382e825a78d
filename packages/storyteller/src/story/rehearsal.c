/* SPDX-License-Identifier: MIT */
#include "story/rehearsal.h"

#include <string.h>

void rehearsal_begin(struct rehearsal *rehearsal, bool is_on) {
    rehearsal->is_on = is_on;
    rehearsal->length = 0;
    rehearsal->told = 0;
}

bool rehearsal_add(struct rehearsal *rehearsal, const char *shown, const char *spoken) {
    size_t first = strlen(shown) + 1, second = spoken != NULL ? strlen(spoken) + 1 : 1;

    if (first + second > sizeof(rehearsal->text) - rehearsal->length) {
        return false;
    }
    memcpy(rehearsal->text + rehearsal->length, shown, first);
    memcpy(rehearsal->text + rehearsal->length + first, spoken != NULL ? spoken : "", second);
    rehearsal->length += first + second;
    return true;
}

/* The text at a place, and the place after it. */
static const char *read(const struct rehearsal *rehearsal, size_t *at) {
    const char *text = rehearsal->text + *at;

    *at += strlen(text) + 1;
    return text;
}

bool rehearsal_take(struct rehearsal *rehearsal, const char **shown, const char **spoken) {
    if (rehearsal->told == rehearsal->length) {
        return false;
    }
    *shown = read(rehearsal, &rehearsal->told);
    *spoken = read(rehearsal, &rehearsal->told);
    *spoken = **spoken != '\0' ? *spoken : NULL;
    return true;
}

bool rehearsal_has_open_quote(const struct rehearsal *rehearsal) {
    bool is_open = false, was_open = false;

    for (size_t at = 0; at < rehearsal->length;) {
        for (const char *text = read(rehearsal, &at); *text != '\0'; text++) {
            if (*text == '\n') {
                was_open = was_open || is_open;
                is_open = false;
            }
            is_open = *text == '"' ? !is_open : is_open;
        }
        (void)read(rehearsal, &at);
    }
    return was_open || is_open;
}
