/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spelling.h"

#define ENTRY_BYTES 48
#define ENTRIES_AT_MOST 2048
#define TEXT_BYTES 1024
#define WORDS_AT_MOST 512
/* A stem of one letter would stop nearly everything. */
#define SHORTEST_STEM 3

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct entry {
    char text[ENTRY_BYTES]; /* words of small letters, one space between them */
    size_t length;
    bool is_stem;
};

struct gate {
    size_t count;
    struct entry entries[ENTRIES_AT_MOST];
};

static const char *const ENDINGS[] = {"", "s", "es", "ed", "ing", "er", "ers", "y", "ly"};
/* Behind an e that stays or goes. */
static const char *const E_ENDINGS[] = {"d", "r", "rs", "ing", "y"};

struct gate *gate_new(void)
{
    return calloc(1, sizeof(struct gate));
}

void gate_free(struct gate *gate)
{
    free(gate);
}

size_t gate_count(const struct gate *gate)
{
    return gate->count;
}

static void take_out(struct gate *gate, const struct entry *entry)
{
    for (size_t i = 0; i < gate->count; i++) {
        if (strcmp(gate->entries[i].text, entry->text) == 0)
            gate->entries[i--] = gate->entries[--gate->count];
    }
}

const char *gate_add(struct gate *gate, const char *text)
{
    struct entry entry = {.is_stem = false};
    bool is_out = text[0] == '!';
    size_t length = strlen(text);

    if (length >= ENTRY_BYTES)
        return "the entry is too long: at most 47 characters";
    spelling_words(text, entry.text, sizeof(entry.text));
    entry.length = strlen(entry.text);
    entry.is_stem = length > 0 && text[length - 1] == '*';
    if (entry.length == 0)
        return "an entry consists of letters";
    if (strpbrk(text, "0123456789") != NULL)
        return "an entry consists of letters: other spellings are found by themselves";
    if (entry.is_stem && entry.length < SHORTEST_STEM)
        return "before the * there are three letters or more";
    if (!entry.is_stem && entry.length < 2)
        return "a single letter cannot be blocked: write a word";
    take_out(gate, &entry);
    if (is_out)
        return NULL;
    if (gate->count == ENTRIES_AT_MOST)
        return "the list is full: at most 2048 entries";
    gate->entries[gate->count++] = entry;
    return NULL;
}

static bool is_ending(const char *rest, char last)
{
    for (size_t i = 0; i < COUNT(ENDINGS); i++) {
        const char *ending = ENDINGS[i];

        if (strcmp(rest, ending) == 0)
            return true;
        /* stab, stabbing */
        if (rest[0] == last && ending[0] != '\0' && strchr("eiy", ending[0]) != NULL &&
            strcmp(rest + 1, ending) == 0)
            return true;
    }
    for (size_t i = 0; last == 'e' && i < COUNT(E_ENDINGS); i++) {
        if (strcmp(rest, E_ENDINGS[i]) == 0)
            return true;
    }
    return false;
}

/* Whether one word (to the end of the string) is an entry's last word, in some form. */
static bool is_form(const char *word, const char *entry, bool is_stem)
{
    size_t length = strlen(entry);

    if (word[0] != entry[0])
        return false;
    if (strncmp(word, entry, length) == 0)
        return is_stem || is_ending(word + length, entry[length - 1]);
    /* choke, choking */
    return !is_stem && length > 2 && entry[length - 1] == 'e' &&
           strncmp(word, entry, length - 1) == 0 && strcmp(word + length - 1, "ing") == 0;
}

/* Text cut into words that are strings of their own. */
struct cut {
    char text[TEXT_BYTES];
    const char *words[WORDS_AT_MOST];
    size_t count;
};

static void cut_words(struct cut *cut)
{
    char *at = cut->text;

    cut->count = 0;
    while (cut->count < WORDS_AT_MOST && *at != '\0') {
        size_t length = strcspn(at, " ");

        if (length > 0)
            cut->words[cut->count++] = at;
        at += length;
        if (*at == ' ')
            *at++ = '\0';
    }
}

/* Whether the entry's words end at word number `last`. */
static bool ends_at(const struct entry *entry, const struct cut *cut, size_t last)
{
    const char *end = entry->text + entry->length;
    const char *start = strrchr(entry->text, ' ');

    if (!is_form(cut->words[last], start != NULL ? start + 1 : entry->text, entry->is_stem))
        return false;
    for (end = start; end != NULL; end = start) {
        const char *word;

        for (start = end; start > entry->text && start[-1] != ' ';)
            start--;
        if (last-- == 0)
            return false;
        word = cut->words[last];
        if (strlen(word) != (size_t)(end - start) || memcmp(word, start, strlen(word)) != 0)
            return false;
        start = start > entry->text ? start - 1 : NULL;
    }
    return true;
}

static bool stops_words(const struct gate *gate, const struct cut *cut, size_t first)
{
    for (size_t word = first; word < cut->count; word++) {
        for (size_t i = 0; i < gate->count; i++) {
            if (ends_at(&gate->entries[i], cut, word))
                return true;
        }
    }
    return false;
}

bool gate_stops(const struct gate *gate, const char *text)
{
    struct cut cut;

    spelling_words(text, cut.text, sizeof(cut.text));
    cut_words(&cut);
    return stops_words(gate, &cut, 0);
}

void gate_read_context(struct gate_context *context, const char *text)
{
    size_t length = strlen(text);
    size_t from = length < sizeof(context->words) ? 0 : length - sizeof(context->words) + 1;

    /* Cut words and characters at the front are no harm: entries are shorter. */
    spelling_words(text + from, context->words, sizeof(context->words));
    context->is_open = length > 0 && isalpha((unsigned char)text[length - 1]);
}

bool gate_stops_next(const struct gate *gate, const struct gate_context *context,
                     const char *piece)
{
    struct cut cut;
    char fresh[GATE_CONTEXT_BYTES];
    bool goes_on;
    size_t first;

    spelling_fold(piece, fresh, sizeof(fresh));
    goes_on = context->is_open && islower((unsigned char)fresh[0]);
    spelling_words(piece, fresh, sizeof(fresh));
    if (fresh[0] == '\0')
        return false;
    snprintf(cut.text, sizeof(cut.text), "%s", context->words);
    cut_words(&cut);
    first = cut.count - (goes_on && cut.count > 0 ? 1 : 0);
    snprintf(cut.text, sizeof(cut.text), "%s%s%s", context->words, goes_on ? "" : " ", fresh);
    cut_words(&cut);
    return stops_words(gate, &cut, first);
}

static bool means_entry(const char *token, const struct entry *entry)
{
    char form[ENTRY_BYTES + 8];
    size_t cut = entry->length - (entry->text[entry->length - 1] == 'e' ? 1 : 0);

    if (strchr(entry->text, ' ') != NULL)
        return false;
    if (spelling_means(token, entry->text, entry->is_stem))
        return true;
    for (size_t i = 1; i < COUNT(ENDINGS); i++) {
        snprintf(form, sizeof(form), "%s%s", entry->text, ENDINGS[i]);
        if (spelling_means(token, form, false))
            return true;
        snprintf(form, sizeof(form), "%.*s%s", (int)cut, entry->text, ENDINGS[i]);
        if (spelling_means(token, form, false))
            return true;
    }
    return false;
}

static bool means_any(const struct gate *gate, const char *token)
{
    for (size_t i = 0; token[0] != '\0' && i < gate->count; i++) {
        if (means_entry(token, &gate->entries[i]))
            return true;
    }
    return false;
}

static bool is_separator(char c)
{
    return c != '\0' && strchr("._-~'\"`/\\,;:=&?", c) != NULL;
}

/* The token without the signs that only separate: "k.i.l.l". An apostrophe does more: "he'll". */
static void join(const char *token, char *joined)
{
    for (; *token != '\0'; token++) {
        if (*token == '\'' || !is_separator(*token))
            *joined++ = *token;
    }
    *joined = '\0';
}

/* Letters that stand alone, one behind the other, are a word, too: "k i l l". */
static bool stops_apart(const struct gate *gate, const struct cut *cut)
{
    char joined[WORDS_AT_MOST + 1];
    size_t length = 0;

    for (size_t i = 0; i <= cut->count; i++) {
        if (i < cut->count && cut->words[i][1] == '\0') {
            joined[length++] = cut->words[i][0];
            continue;
        }
        joined[length] = '\0';
        /* An article may stand before it. */
        if (means_any(gate, joined) || (length > 1 && means_any(gate, joined + 1)))
            return true;
        length = 0;
    }
    return false;
}

bool gate_stops_spelling(const struct gate *gate, const char *line)
{
    struct cut cut;
    char joined[TEXT_BYTES];

    if (gate_stops(gate, line))
        return true;
    spelling_fold(line, cut.text, sizeof(cut.text));
    cut_words(&cut);
    for (size_t i = 0; i < cut.count; i++) {
        join(cut.words[i], joined);
        if (means_any(gate, joined))
            return true;
    }
    if (stops_apart(gate, &cut))
        return true;
    /* The parts of tokens that signs hold together: "big-k1ll". */
    spelling_fold(line, cut.text, sizeof(cut.text));
    for (char *at = cut.text; *at != '\0'; at++)
        *at = is_separator(*at) ? ' ' : *at;
    cut_words(&cut);
    for (size_t i = 0; i < cut.count; i++) {
        if (means_any(gate, cut.words[i]))
            return true;
    }
    return stops_apart(gate, &cut);
}
