/* SPDX-License-Identifier: MIT */
#include "inputs/clues.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const ARTICLES[] = {"a", "an", "the"};
static const char *const EMPHASIS[] = {"very", "so", "too", "really"};
/* "No" may also be the answer to somebody: "no, a dragon", "no thanks". */
static const char NO[] = "no ";
static const char *const ANSWERS[] = {"a",      "an",    "the",    "about", "not",  "please",
                                      "thanks", "thank", "really", "it",    "its",  "just",
                                      "how",    "what",  "can",    "could", "want", "more a"};
static const char *const LEAVE_OUT[] = {
    "without",     "except",     "not a",       "not an",      "not the",
    "not about",   "not with",   "not in",      "not on",      "not at",
    "don t want",  "dont want",  "do not want", "don t like",  "dont like",
    "do not like", "don t tell", "dont tell",   "do not tell", "instead of",
    "rather than", "other than", "not another", "not my",      "not that",
};
static const char *const CLAUSES[] = {"i", "we", "but", "tell", "just", "please", "let", "maybe"};
static const char *const BEFORE_VERBS[] = {"to",   "can", "cannot", "cant", "could", "couldnt",
                                           "wont", "t",   "will",   "dont", "doesnt"};
static const char *const DOERS[] = {"who", "that", "which", "he", "she", "they", "i", "we"};
static const char *const HURTS[] = {"hit",   "hits",  "kick",    "kicks",   "kicked",  "bite",
                                    "bites", "shoot", "shoots",  "shot",    "burn",    "burns",
                                    "hurt",  "hurts", "hunt",    "hunts",   "hunted",  "chop",
                                    "chops", "crush", "crushes", "beat up", "beats up"};

static const char *const REQUESTS[] = {
    "a",     "about",  "an",    "and",       "be",    "before",   "bedtime",   "can",   "could",
    "do",    "don",    "dont",  "for",       "give",  "go",       "good",      "have",  "hear",
    "hello", "hey",    "hi",    "i",         "know",  "like",     "ll",        "make",  "me",
    "my",    "never",  "night", "no",        "not",   "now",      "of",        "ok",    "okay",
    "or",    "please", "read",  "some",      "start", "t",        "tell",      "that",  "the",
    "to",    "up",     "us",    "want",      "we",    "will",     "with",      "would", "yes",
    "you",   "your",   "d",     "different", "else",  "favorite", "favourite", "just",  "really",
    "very",  "thanks", "thank", "sleep",     "it",    "is",       "m",         "maybe",
};
static const char *const ANY_STORY[] = {
    "another", "any",  "anything",  "choose", "more",    "new",      "next", "one",
    "other",   "pick", "something", "story",  "stories", "surprise", "tale", "whatever",
};

bool clue_is(const char *text, const char *words) {
    size_t length = strlen(words);

    return text != NULL && strncmp(text, words, length) == 0 &&
           (text[length] == ' ' || text[length] == '\0');
}

static bool is_one(const char *text, const char *const some[], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (clue_is(text, some[i])) {
            return true;
        }
    }
    return false;
}

bool clue_is_article(const char *text) {
    return is_one(text, ARTICLES, COUNT(ARTICLES));
}

bool clue_is_emphasis(const char *text) {
    return is_one(text, EMPHASIS, COUNT(EMPHASIS));
}

bool clue_leaves_out(const char *text) {
    if (strncmp(text, NO, strlen(NO)) == 0) {
        const char *next = text + strlen(NO);

        return *next != ',' && !clue_begins_clause(next) && !is_one(next, ANSWERS, COUNT(ANSWERS));
    }
    return is_one(text, LEAVE_OUT, COUNT(LEAVE_OUT));
}

bool clue_begins_clause(const char *text) {
    return is_one(text, CLAUSES, COUNT(CLAUSES));
}

bool clue_is_before_verb(const char *text) {
    return is_one(text, BEFORE_VERBS, COUNT(BEFORE_VERBS));
}

bool clue_is_doer(const char *text) {
    return is_one(text, DOERS, COUNT(DOERS));
}

bool clue_is_request(const char *text) {
    return is_one(text, REQUESTS, COUNT(REQUESTS));
}

bool clue_is_any_story(const char *text) {
    return is_one(text, ANY_STORY, COUNT(ANY_STORY));
}

bool clue_hurts(const char *text) {
    return is_one(text, HURTS, COUNT(HURTS));
}
