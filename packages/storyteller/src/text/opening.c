/* SPDX-License-Identifier: MIT */
#include "text/opening.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Before its gaps are filled; if the prompt gets too long, it is cut, and the model goes on. */
#define OPENING_BYTES 160
#define GAPS_AT_MOST 6

static const char FIRST_WORDS[] = "Once upon a time,";

static const struct gap GAPS[] = {
    {"{trait}", LIST_TRAITS},
    {"{hero}", LIST_HEROES},
    {"{place}", LIST_PLACES},
    {"{thing}", LIST_THINGS},
};

const struct gap *opening_gap(const char *text) {
    for (size_t i = 0; i < COUNT(GAPS); i++) {
        if (strncmp(text, GAPS[i].mark, strlen(GAPS[i].mark)) == 0) {
            return &GAPS[i];
        }
    }
    return NULL;
}

const char *opening_check(const char *line) {
    int gaps = 0;

    if (strncmp(line, FIRST_WORDS, strlen(FIRST_WORDS)) != 0) {
        return "an opening starts with \"Once upon a time,\"";
    }
    if (strlen(line) >= OPENING_BYTES) {
        return "too long: at most 159 characters";
    }
    if (strstr(line, "{hero}") == NULL) {
        return "an opening needs a {hero}";
    }
    for (; *line != '\0'; line++) {
        if ((unsigned char)*line < ' ' || (unsigned char)*line > '~') {
            return "only ASCII letters and punctuation are allowed";
        }
        if (*line == '{' && opening_gap(line) == NULL) {
            return "only {trait}, {hero}, {place} and {thing} are filled in";
        }
        gaps += *line == '{' ? 1 : 0;
    }
    return gaps <= GAPS_AT_MOST ? NULL : "at most six words are filled in";
}
