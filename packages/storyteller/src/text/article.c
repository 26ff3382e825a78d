/* SPDX-License-Identifier: MIT */
#include "text/article.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Beginnings that are spoken like "you" and "one"; in "unimportant" and the like, the i is longer.
 */
static const char *const LIKE_YOU[] = {"unic", "unif", "union", "uniq", "unit", "univ",
                                       "use",  "usu",  "uten",  "ukul", "uran", "ufo",
                                       "eu",   "ewe",  "one",   "once"};
/* Silent, or spelled: "an x ray". */
static const char *const LIKE_VOWELS[] = {"hour", "honest", "honor", "honour", "heir", "x "};

static bool begins(const char *words, const char *const *with, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strncmp(words, with[i], strlen(with[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool article_is_an(const char *words) {
    if (begins(words, LIKE_YOU, COUNT(LIKE_YOU))) {
        return false;
    }
    return (words[0] != '\0' && strchr("aeiou", words[0]) != NULL) ||
           begins(words, LIKE_VOWELS, COUNT(LIKE_VOWELS));
}

const char *article_of(const char *words) {
    return article_is_an(words) ? "an" : "a";
}
