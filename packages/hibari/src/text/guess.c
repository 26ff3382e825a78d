/* SPDX-License-Identifier: MIT */
/* What part of speech a word is, guessed from its neighbours: enough for read, live, close, use. */
#include "word.h"

#include <string.h>

#define BIT(use) (1U << (use))
#define HAS(list, word) has(list, sizeof list / sizeof list[0], word)

static const char *const BEFORE_VERB[] = {
    "to",     "will",    "would", "can",    "could",  "should",   "must",     "may",
    "might",  "shall",   "do",    "does",   "did",    "don't",    "didn't",   "can't",
    "won't",  "doesn't", "let's", "please", "cannot", "couldn't", "wouldn't", "i",
    "you",    "we",      "they",  "i'll",   "you'll", "we'll",    "they'll",  "he'll",
    "she'll", "who",     "not",   "never",  "always", "help",
};
static const char *const BEFORE_NOUN[] = {
    "the", "a",     "an",  "my", "your", "his",    "its", "our", "their", "this", "some",
    "no",  "every", "one", "of", "with", "little", "big", "old", "new",   "any",  "each",
};
static const char *const BEFORE_PARTICIPLE[] = {
    "had", "have", "has",  "having", "was",   "were", "been",  "be",     "being",
    "is",  "are",  "i've", "you've", "we've", "he'd", "she'd", "they'd",
};
static const char *const BEFORE_ADJECTIVE[] = {"very", "so", "too", "more", "most", "really"};
static const char *const BEFORE_PAST[] = {"he", "she", "it"};
/* They may do it now or have done it, but behind one of the others: do they read? */
static const char *const BEFORE_EITHER[] = {"i", "we", "they", "who"};
static const char *const ASKING[] = {
    "can", "could", "do", "did", "may", "might", "must", "shall", "should", "will", "would",
};
/* Between these, somebody is asked to do something, or did it: close your eyes, and read the paper.
 */
static const char *const BEFORE_DOING[] = {
    "", "and", "then", "now", "just", "or", "please", "long",
};
static const char *const DONE_TO[] = {
    "the",   "a",  "an",   "my",   "your", "his",   "her",   "its", "our",
    "their", "it", "them", "this", "that", "these", "those", "all", "both",
};
/* "That" points at them, or begins a clause behind one of these. */
static const char *const POINTED_AT[] = {
    "one", "night", "evening", "morning", "afternoon", "day", "moment", "way", "far", "time",
};
static const char *const BEFORE_POINTING[] = {"", "and", "but", "maybe", "surely", "what"};
/* No noun begins with them: the word before is not one's determiner. */
static const char *const FUNCTION[] = {
    "",     "a",    "an",    "the",   "i",     "you",  "he",  "she", "it",   "we",   "they",
    "my",   "his",  "her",   "is",    "was",   "are",  "of",  "in",  "on",   "to",   "and",
    "that", "who",  "at",    "for",   "with",  "from", "but", "so",  "were", "had",  "has",
    "as",   "when", "until", "could", "would", "will", "can", "by",  "or",   "into", "then",
};

static bool has(const char *const *list, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

unsigned guess_uses(const char *earlier, const char *before, const char *after,
                    bool is_name_before) {
    unsigned uses = 0;
    if (HAS(BEFORE_DOING, before) && HAS(DONE_TO, after)) {
        uses |= BIT(USE_VERB) | (strcmp(before, "and") == 0 ? BIT(USE_PAST) : 0);
    }
    if (HAS(BEFORE_EITHER, before) && !HAS(ASKING, earlier)) {
        uses |= BIT(USE_PAST);
    }
    if (HAS(BEFORE_VERB, before)) {
        uses |= BIT(USE_VERB);
    }
    if (HAS(BEFORE_NOUN, before) && HAS(FUNCTION, after)) {
        uses |= BIT(USE_NOUN);
    }
    if (HAS(BEFORE_PARTICIPLE, before)) {
        uses |= BIT(USE_PARTICIPLE) | BIT(USE_PAST) | BIT(USE_ADJECTIVE);
    }
    if (HAS(BEFORE_ADJECTIVE, before)) {
        uses |= BIT(USE_ADJECTIVE);
    }
    /* Stories are told in the past. */
    if (HAS(BEFORE_PAST, before) || is_name_before) {
        uses |= BIT(USE_PAST) | BIT(USE_VERB);
    }
    if (HAS(POINTED_AT, after) ||
        (HAS(BEFORE_POINTING, before) &&
         (strcmp(after, "is") == 0 || strcmp(after, "was") == 0 || !HAS(FUNCTION, after)))) {
        uses |= BIT(USE_DETERMINER);
    }
    return uses;
}
