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

/* Read an entry. Returns NULL, or what is wrong with it. */
static const char *read_entry(const char *text, struct entry *entry) {
    size_t length = strlen(text);
    const char *space;

    if (length >= ENTRY_BYTES) {
        return "the entry is too long: at most 47 characters";
    }
    spelling_words(text, entry->text, sizeof(entry->text));
    entry->length = strlen(entry->text);
    space = strrchr(entry->text, ' ');
    entry->last = space != NULL ? (size_t)(space + 1 - entry->text) : 0;
    entry->is_stem = length > 0 && text[length - 1] == '*';
    entry->ends_sentence = length > 0 && text[length - 1] == '.';
    entry->is_for_requests = text[0] == '?';
    if (entry->length == 0) {
        return "an entry consists of letters";
    }
    if (strpbrk(text, "0123456789") != NULL) {
        return "an entry consists of letters: other spellings are found automatically";
    }
    if (entry->is_stem && entry->length < SHORTEST_STEM) {
        return "the * needs three or more letters before it";
    }
    if (!entry->is_stem && entry->length < 2) {
        return "a single letter cannot be blocked: write a word";
    }
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
    const char *start = entry->last > 0 ? entry->text + entry->last - 1 : NULL;
    const char *end;

    if (!is_form(cut->words[last], entry->text + entry->last, entry->is_stem)) {
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

/* What was allowed before, and holds an entry that is new. */
static void forbid(struct gate *gate, const struct entry *entry) {
    for (size_t i = 0; i < gate->allowed_count; i++) {
        struct cut cut;

        memcpy(cut.text, gate->allowed[i].text, ENTRY_BYTES);
        gate_cut_words(&cut);
        for (size_t word = 0; word < cut.count; word++) {
            if (ends_at(entry, &cut, word)) {
                gate->allowed[i--] = gate->allowed[--gate->allowed_count];
                break;
            }
        }
    }
}

const char *gate_check(const char *text) {
    struct entry entry;

    return read_entry(text, &entry);
}

const char *gate_add(struct gate *gate, const char *text) {
    struct entry entry;
    bool is_out = text[0] == '!';
    const char *problem = read_entry(text, &entry);

    if (problem != NULL) {
        return problem;
    }
    take_out(gate, &entry);
    if (is_out) {
        return NULL;
    }
    if (gate->count == ENTRIES_AT_MOST) {
        return "the list is full: at most 2048 entries";
    }
    gate->entries[gate->count++] = entry;
    forbid(gate, &entry);
    return NULL;
}

const char *gate_allow(struct gate *gate, const char *text) {
    struct entry entry;
    const char *problem = read_entry(text, &entry);

    if (problem == NULL && gate->allowed_count == ALLOWED_AT_MOST) {
        problem = "the list is full: at most 1024 entries";
    }
    if (problem == NULL) {
        gate->allowed[gate->allowed_count++] = entry;
    }
    return problem;
}

/* Whether the allowed words stand there, from word number `first` on, and hold number `word`; the
 * last of them may be in the plural. */
static bool covers(const struct entry *allowed, const struct cut *cut, size_t first, size_t word) {
    const char *at = allowed->text;
    size_t number = first;

    for (; number < cut->count && *at != '\0'; number++) {
        size_t length = strcspn(at, " ");
        const char *rest = cut->words[number] + length;

        if (strncmp(cut->words[number], at, length) != 0 ||
            (*rest != '\0' && (at[length] == ' ' || strcmp(rest, "s") != 0))) {
            return false;
        }
        at += length + (at[length] == ' ' ? 1 : 0);
    }
    return *at == '\0' && number > word;
}

static bool is_allowed(const struct gate *gate, const struct cut *cut, size_t word) {
    for (size_t i = 0; i < gate->allowed_count; i++) {
        for (size_t first = 0; first <= word; first++) {
            if (!gate->allowed[i].is_for_requests && covers(&gate->allowed[i], cut, first, word)) {
                return true;
            }
        }
    }
    return false;
}

/* What the words are: the beginning of a sentence, a whole one, or a request. */
enum words_kind { OPEN, SENTENCE, REQUEST };

static bool applies(const struct entry *entry, enum words_kind kind, bool is_last) {
    if (kind == REQUEST) {
        return true;
    }
    return !entry->is_for_requests && (!entry->ends_sentence || (kind == SENTENCE && is_last));
}

static bool stops_words(const struct gate *gate, const struct cut *cut, size_t first,
                        enum words_kind kind) {
    for (size_t word = first; word < cut->count; word++) {
        for (size_t i = 0; i < gate->count; i++) {
            const struct entry *entry = &gate->entries[i];

            if (ends_at(entry, cut, word) && applies(entry, kind, word + 1 == cut->count) &&
                !is_allowed(gate, cut, word)) {
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
    return stops_words(gate, &cut, 0, SENTENCE);
}

bool gate_stops_request(const struct gate *gate, struct cut *cut) {
    gate_cut_words(cut);
    return stops_words(gate, cut, 0, REQUEST);
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
    return stops_words(gate, &cut, first, OPEN);
}
