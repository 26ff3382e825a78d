/* SPDX-License-Identifier: MIT */
/* What parents set in a browser. It is kept in the data folder, in the form of storyteller.txt;
 * what the card's own file says holds all the same. */
#ifndef STORYTELLER_PARENTS_H
#define STORYTELLER_PARENTS_H

#include <stdbool.h>

#include "memory/shelf.h"
#include "own_words.h"
#include "settings.h"
#include "text/words.h"
#include "voice/speech.h"

#define PARENTS_FILE "settings.txt" /* in the data folder */

struct parents {
    struct settings *settings; /* that hold */
    struct settings own;       /* without what the card's file says: those of the page are kept */
    unsigned on_page, on_card; /* bits of those that a browser, and the card's file, set */
    struct shelf *shelf;
    const struct voice *voices; /* to choose from, until one without a name */
    const struct words *words;
    struct words_folders folders; /* where they are */
    bool has_new_words;           /* to be read again before the next story */
    void (*changed)(void *user);  /* the settings did; NULL: nobody wants to know */
    void *user;
};

/* The names of the settings that a browser may change, until NULL. */
extern const char *const PARENTS_SETTINGS[];

/* Where a setting's value comes from: "image", "page" or "card". */
const char *parents_source(const struct parents *parents, int number);

/* Set what a line says. Returns false with the reason in problem; nothing changed then. */
bool parents_set(struct parents *parents, const char *line, char problem[SETTINGS_PROBLEM_BYTES]);

/* Add a word to one of the lists that parents have (own_words.h), or remove it: "heroes = walrus".
 * kind: gets the list; OWN_KINDS: the line is about none. Returns false with the reason in problem;
 * nothing changed then. */
bool parents_add(struct parents *parents, const char *line, enum own_kind *kind,
                 char problem[SETTINGS_PROBLEM_BYTES]);
bool parents_remove(struct parents *parents, const char *line, enum own_kind *kind,
                    char problem[SETTINGS_PROBLEM_BYTES]);

/* Whether the words of a list are used: "page", or "card" where the card's file takes its place. */
const char *parents_words_source(const struct parents *parents, enum own_kind kind);

/* The time of day where the parents are, in seconds since 1970 as if it were UTC. Only a clock that
 * nobody has set is set by it: what comes first holds until power-off. What was told before counts
 * for the day that it is then. Returns false for what is no time of these years. */
bool parents_set_clock(const struct parents *parents, const char *seconds);

#endif
