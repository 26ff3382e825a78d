/* SPDX-License-Identifier: MIT */
#include "parents.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "memory/today.h"

#define FILE_BYTES 1024
#define FIRST_S 1767225600L /* 2026 */
#define LAST_S 4102444800L  /* 2100 */

const char *const PARENTS_SETTINGS[] = {"volume",  "speed", "pause", "voice",
                                        "stories", "sleep", "quiet", NULL};

static unsigned bit(int number) {
    return 1u << number;
}

static bool is_offered(int number) {
    for (int i = 0; number >= 0 && PARENTS_SETTINGS[i] != NULL; i++) {
        if (strcmp(PARENTS_SETTINGS[i], settings_name(number)) == 0) {
            return true;
        }
    }
    return false;
}

const char *parents_source(const struct parents *parents, int number) {
    if ((parents->on_card & bit(number)) != 0) {
        return "card";
    }
    return (parents->on_page & bit(number)) != 0 ? "page" : "image";
}

static void keep(const struct parents *parents) {
    char text[FILE_BYTES] =
        "# Set in a browser; what the card's storyteller.txt says comes first.\n";
    size_t length = strlen(text);

    for (int i = 0; PARENTS_SETTINGS[i] != NULL; i++) {
        int number = settings_find(PARENTS_SETTINGS[i]);
        char value[SETTINGS_VALUE_BYTES];

        if ((parents->on_page & bit(number)) != 0) {
            settings_value(&parents->own, number, value);
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s = %s\n",
                                       PARENTS_SETTINGS[i], value);
        }
    }
    shelf_replace(parents->shelf, PARENTS_FILE, text);
}

/* Keep what a line sets, which can be used; nothing is written if it is kept already. */
static void set_own(struct parents *parents, int number, const char *line) {
    char before[SETTINGS_VALUE_BYTES], after[SETTINGS_VALUE_BYTES];
    char problem[SETTINGS_PROBLEM_BYTES];
    bool was_set = (parents->on_page & bit(number)) != 0;

    settings_value(&parents->own, number, before);
    (void)settings_use(&parents->own, line, problem);
    settings_value(&parents->own, number, after);
    parents->on_page |= bit(number);
    if (!was_set || strcmp(before, after) != 0) {
        keep(parents);
    }
}

/* Take over what a line sets, if all of it can be used. */
static bool use(struct parents *parents, const char *line, char problem[SETTINGS_PROBLEM_BYTES]) {
    struct settings changed = *parents->settings;

    if (!settings_use(&changed, line, problem)) {
        return false;
    }
    if (strcmp(changed.voice, parents->settings->voice) != 0 &&
        speech_find(parents->voices, changed.voice) == NULL) {
        snprintf(problem, SETTINGS_PROBLEM_BYTES, "there is no voice '%s' here", changed.voice);
        return false;
    }
    *parents->settings = changed;
    return true;
}

bool parents_set(struct parents *parents, const char *line, char problem[SETTINGS_PROBLEM_BYTES]) {
    int number = settings_find(line);

    if (!is_offered(number)) {
        snprintf(problem, SETTINGS_PROBLEM_BYTES, "that is not set here");
        return false;
    }
    if ((parents->on_card & bit(number)) != 0) {
        snprintf(problem, SETTINGS_PROBLEM_BYTES,
                 "the card's storyteller.txt sets the %s, and holds", settings_name(number));
        return false;
    }
    if (!use(parents, line, problem)) {
        return false;
    }
    set_own(parents, number, line);
    if (parents->changed != NULL) {
        parents->changed(parents->user);
    }
    return true;
}

const char *parents_words_source(const struct parents *parents, enum own_kind kind) {
    return kind == OWN_HEROES && words_card_has_heroes(&parents->folders) ? "card" : "page";
}

bool parents_add(struct parents *parents, const char *line, enum own_kind *kind,
                 char problem[SETTINGS_PROBLEM_BYTES]) {
    char word[OWN_WORD_BYTES];
    const char *why = "a line is like: heroes = walrus";

    *kind = own_words_find(line, word);
    if (*kind != OWN_KINDS && strcmp(parents_words_source(parents, *kind), "card") == 0) {
        why = "the card's words/heroes.txt holds";
    } else if (*kind != OWN_KINDS) {
        why = own_words_add(parents->shelf, parents->words, *kind, word);
    }
    if (why != NULL) {
        snprintf(problem, SETTINGS_PROBLEM_BYTES, "%s", why);
        return false;
    }
    parents->has_new_words = true;
    return true;
}

bool parents_remove(struct parents *parents, const char *line, enum own_kind *kind,
                    char problem[SETTINGS_PROBLEM_BYTES]) {
    char word[OWN_WORD_BYTES];

    *kind = own_words_find(line, word);
    if (*kind == OWN_KINDS) {
        snprintf(problem, SETTINGS_PROBLEM_BYTES, "a line is like: heroes = walrus");
        return false;
    }
    own_words_remove(parents->shelf, *kind, word);
    parents->has_new_words = true;
    return true;
}

bool parents_set_clock(const struct parents *parents, const char *seconds) {
    char before[TODAY_BYTES], after[TODAY_BYTES];
    long now_s;

    if (!settings_number(seconds, FIRST_S, LAST_S, &now_s)) {
        return false;
    }
    if (!today_is_known()) {
        today_name(before);
        (void)settimeofday(&(struct timeval){.tv_sec = now_s}, NULL);
        today_name(after);
        shelf_move_day(parents->shelf, before, after);
    }
    return true;
}
