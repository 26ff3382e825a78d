/* SPDX-License-Identifier: MIT */
/* The gate's look at typed lines: blocked words in whatever spelling. */
#include <stdio.h>
#include <string.h>

#include "text/gate_parts.h"
#include "text/spelling.h"

/* What may stand between allowed words: "cocker-spaniel", "fool's gold". */
static const char BETWEEN[] = " -'";

static bool means_entry(const char *token, const struct entry *entry) {
    char form[ENTRY_BYTES + 8];
    size_t cut = entry->length - (entry->text[entry->length - 1] == 'e' ? 1 : 0);

    if (strchr(entry->text, ' ') != NULL || !spelling_may_begin(token, entry->text)) {
        return false;
    }
    if (spelling_means(token, entry->text, entry->is_stem)) {
        return true;
    }
    for (size_t i = 1; i < ENDINGS; i++) {
        snprintf(form, sizeof(form), "%s%s", entry->text, GATE_ENDINGS[i]);
        if (spelling_means(token, form, false)) {
            return true;
        }
        snprintf(form, sizeof(form), "%.*s%s", (int)cut, entry->text, GATE_ENDINGS[i]);
        if (spelling_means(token, form, false)) {
            return true;
        }
    }
    return false;
}

static bool means_any(const struct gate *gate, const char *token) {
    for (size_t i = 0; token[0] != '\0' && i < gate->count; i++) {
        if (means_entry(token, &gate->entries[i])) {
            return true;
        }
    }
    return false;
}

static bool is_separator(char c) {
    return c != '\0' && strchr("._-~'\"`/\\,;:=&?", c) != NULL;
}

/* The token without the signs that only separate: "k.i.l.l". An apostrophe does more: "he'll". */
static void join(const char *token, char *joined) {
    for (; *token != '\0'; token++) {
        if (*token == '\'' || !is_separator(*token)) {
            *joined++ = *token;
        }
    }
    *joined = '\0';
}

/* Letters that stand alone, one behind the other, are a word, too: "k i l l". */
static bool stops_apart(const struct gate *gate, const struct cut *cut) {
    char joined[WORDS_AT_MOST + 1];
    size_t length = 0;

    for (size_t i = 0; i <= cut->count; i++) {
        if (i < cut->count && cut->words[i][1] == '\0') {
            joined[length++] = cut->words[i][0];
            continue;
        }
        joined[length] = '\0';
        /* An article may stand before it. */
        if (means_any(gate, joined) || (length > 1 && means_any(gate, joined + 1))) {
            return true;
        }
        length = 0;
    }
    return false;
}

/* The length of the allowed words at the beginning of folded text, also in the plural; else 0. */
static size_t match_allowed(const char *text, const char *allowed) {
    const char *at = text;

    for (; *allowed != '\0'; allowed++) {
        if (*allowed == ' ' && *at != '\0' && strchr(BETWEEN, *at) != NULL) {
            at += strspn(at, BETWEEN);
        } else if (*at++ != *allowed) {
            return 0;
        }
    }
    at += *at == 's' ? 1 : 0;
    return *at == '\0' || strchr(" .,;:!?'\"-", *at) != NULL ? (size_t)(at - text) : 0;
}

/* Take what is allowed out of folded text: it looks like nothing else. */
static void take_out_allowed(const struct gate *gate, char *text) {
    for (char *at = text; *at != '\0'; at++) {
        if (at > text && at[-1] != ' ' && at[-1] != '-') {
            continue;
        }
        for (size_t i = 0; i < gate->allowed_count; i++) {
            memset(at, ' ', match_allowed(at, gate->allowed[i].text));
        }
    }
}

bool gate_stops_spelling(const struct gate *gate, const char *line) {
    struct cut cut;
    char folded[TEXT_BYTES], joined[TEXT_BYTES];

    spelling_fold(line, folded, sizeof(folded));
    take_out_allowed(gate, folded);
    spelling_words(folded, cut.text, sizeof(cut.text));
    if (gate_stops_request(gate, &cut)) {
        return true;
    }
    memcpy(cut.text, folded, sizeof(folded));
    gate_cut_words(&cut);
    for (size_t i = 0; i < cut.count; i++) {
        join(cut.words[i], joined);
        if (means_any(gate, joined)) {
            return true;
        }
    }
    if (stops_apart(gate, &cut)) {
        return true;
    }
    /* The parts of tokens that signs hold together: "big-k1ll". */
    memcpy(cut.text, folded, sizeof(folded));
    for (char *at = cut.text; *at != '\0'; at++) {
        *at = is_separator(*at) ? ' ' : *at;
    }
    gate_cut_words(&cut);
    for (size_t i = 0; i < cut.count; i++) {
        if (means_any(gate, cut.words[i])) {
            return true;
        }
    }
    return stops_apart(gate, &cut);
}
