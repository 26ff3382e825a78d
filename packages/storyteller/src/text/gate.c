/* SPDX-License-Identifier: MIT */
#include "text/gate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/gate_parts.h"
#include "text/spelling.h"

/* A stem of one letter would stop nearly everything. */
#define SHORTEST_STEM 3

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const GATE_ENDINGS[ENDINGS] = {"", "s", "es", "ed", "ing", "er", "ers", "y", "ly"};
/* Behind an e that stays or goes. */
static const char *const E_ENDINGS[] = {"d", "r", "rs", "ing", "y"};

struct gate *gate_new(void) {
    return calloc(1, sizeof(struct gate));
}

void gate_free(struct gate *gate) {
    free(gate);
}

size_t gate_count(const struct gate *gate) {
    return gate->count;
}

static void take_out(struct gate *gate, const struct entry *entry) {
    for (size_t i = 0; i < gate->count; i++) {
        if (strcmp(gate->entries[i].text, entry->text) == 0) {
            gate->entries[i--] = gate->entries[--gate->count];
        }
    }
}

const char *gate_add(struct gate *gate, const char *text) {
    struct entry entry = {.is_stem = false};
    bool is_out = text[0] == '!';
    size_t length = strlen(text);

    if (length >= ENTRY_BYTES) {
        return "the entry is too long: at most 47 characters";
    }
    spelling_words(text, entry.text, sizeof(entry.text));
    entry.length = strlen(entry.text);
    entry.is_stem = length > 0 && text[length - 1] == '*';
    if (entry.length == 0) {
        return "an entry consists of letters";
    }
    if (strpbrk(text, "0123456789") != NULL) {
        return "an entry consists of letters: other spellings are found automatically";
    }
    if (entry.is_stem && entry.length < SHORTEST_STEM) {
        return "the * needs three or more letters before it";
    }
    if (!entry.is_stem && entry.length < 2) {
        return "a single letter cannot be blocked: write a word";
    }
    take_out(gate, &entry);
    if (is_out) {
        return NULL;
    }
    if (gate->count == ENTRIES_AT_MOST) {
        return "the list is full: at most 2048 entries";
    }
    gate->entries[gate->count++] = entry;
    return NULL;
}

static bool is_ending(const char *rest, char last) {
    for (size_t i = 0; i < ENDINGS; i++) {
        const char *ending = GATE_ENDINGS[i];

        if (strcmp(rest, ending) == 0) {
            return true;
        }
        /* stab, stabbing */
        if (rest[0] == last && ending[0] != '\0' && strchr("eiy", ending[0]) != NULL &&
            strcmp(rest + 1, ending) == 0) {
            return true;
        }
    }
    for (size_t i = 0; last == 'e' && i < COUNT(E_ENDINGS); i++) {
        if (strcmp(rest, E_ENDINGS[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether one word (to the end of the string) is an entry's last word, in some form. */
static bool is_form(const char *word, const char *entry, bool is_stem) {
    size_t length = strlen(entry);

    if (word[0] != entry[0]) {
        return false;
    }
    if (strncmp(word, entry, length) == 0) {
        return is_stem || is_ending(word + length, entry[length - 1]);
    }
    /* choke, choking */
    return !is_stem && length > 2 && entry[length - 1] == 'e' &&
           strncmp(word, entry, length - 1) == 0 && strcmp(word + length - 1, "ing") == 0;
}

void gate_cut_words(struct cut *cut) {
    char *at = cut->text;

    cut->count = 0;
    while (cut->count < WORDS_AT_MOST && *at != '\0') {
        size_t length = strcspn(at, " ");

        if (length > 0) {
            cut->words[cut->count++] = at;
        }
        at += length;
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
}

/* Whether the entry's words end at word number `last`. */
static bool ends_at(const struct entry *entry, const struct cut *cut, size_t last) {
    const char *end = entry->text + entry->length;
    const char *start = strrchr(entry->text, ' ');

    if (!is_form(cut->words[last], start != NULL ? start + 1 : entry->text, entry->is_stem)) {
        return false;
    }
    for (end = start; end != NULL; end = start) {
        const char *word;

        for (start = end; start > entry->text && start[-1] != ' ';) {
            start--;
        }
        if (last-- == 0) {
            return false;
        }
        word = cut->words[last];
        if (strlen(word) != (size_t)(end - start) || memcmp(word, start, strlen(word)) != 0) {
            return false;
        }
        start = start > entry->text ? start - 1 : NULL;
    }
    return true;
}

static bool stops_words(const struct gate *gate, const struct cut *cut, size_t first) {
    for (size_t word = first; word < cut->count; word++) {
        for (size_t i = 0; i < gate->count; i++) {
            if (ends_at(&gate->entries[i], cut, word)) {
                return true;
            }
        }
    }
    return false;
}

bool gate_stops(const struct gate *gate, const char *text) {
    struct cut cut;

    spelling_words(text, cut.text, sizeof(cut.text));
    gate_cut_words(&cut);
    return stops_words(gate, &cut, 0);
}

void gate_read_context(struct gate_context *context, const char *text) {
    size_t length = strlen(text);
    size_t from = length < sizeof(context->words) ? 0 : length - sizeof(context->words) + 1;

    /* Cut words and characters at the front are no harm: entries are shorter. */
    spelling_words(text + from, context->words, sizeof(context->words));
    context->is_open = length > 0 && isalpha((unsigned char)text[length - 1]);
}

bool gate_stops_next(const struct gate *gate, const struct gate_context *context,
                     const char *piece) {
    struct cut cut;
    char fresh[GATE_CONTEXT_BYTES];
    bool goes_on;
    size_t first;

    spelling_fold(piece, fresh, sizeof(fresh));
    goes_on = context->is_open && islower((unsigned char)fresh[0]);
    spelling_words(piece, fresh, sizeof(fresh));
    if (fresh[0] == '\0') {
        return false;
    }
    snprintf(cut.text, sizeof(cut.text), "%s", context->words);
    gate_cut_words(&cut);
    first = cut.count - (goes_on && cut.count > 0 ? 1 : 0);
    snprintf(cut.text, sizeof(cut.text), "%s%s%s", context->words, goes_on ? "" : " ", fresh);
    gate_cut_words(&cut);
    return stops_words(gate, &cut, first);
}
