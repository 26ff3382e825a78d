/* SPDX-License-Identifier: MIT */
#include "tokenizer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

enum {
    FIRST_BYTE_TOKEN = 3, /* tokens for raw bytes follow <unk>, <s> and </s> */
    MAX_UTF8 = 4,         /* bytes of a character */
};

/* --- encoding ------------------------------------------------------------------------------- */

int tokenizer_find(const struct tokenizer *t, const char *piece) {
    int low = 0, high = t->vocab_size;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(piece, t->pieces[t->sorted[middle]]);
        if (order == 0) {
            return t->sorted[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of the character at `text`: a lead byte and its continuations, four at most. */
static int character_length(const char *text) {
    int length = 1;
    while (length < MAX_UTF8 && is_continuation(text[length])) {
        length++;
    }
    return length;
}

/* Appends the tokens of one character: its piece, or, where there is none, its bytes. */
static int append_character(const struct tokenizer *t, const char *text, int length, int *tokens,
                            struct llama_error *error) {
    char character[MAX_UTF8 + 1] = {0};
    memcpy(character, text, (size_t)length);
    int token = tokenizer_find(t, character);
    if (token >= 0) {
        tokens[0] = token;
        return 1;
    }
    for (int i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)character[i];
        tokens[i] = byte + FIRST_BYTE_TOKEN;
        if (tokens[i] >= t->vocab_size) {
            fail(error, "the tokenizer has no piece for the byte 0x%02x", byte);
            return -1;
        }
    }
    return length;
}

/* The token that two pieces merge into, or -1. `buffer` has room for two pieces. */
static int merged(const struct tokenizer *t, const int *pair, char *buffer, size_t room) {
    snprintf(buffer, room, "%s%s", t->pieces[pair[0]], t->pieces[pair[1]]);
    return tokenizer_find(t, buffer);
}

/*
 * Merges the pair with the best score until none is left; of equal scores the first wins.
 * `merges[i]` stores what tokens i and i + 1 merge into, so that only neighbours of a merge
 * are looked up again.
 */
static int merge_all(const struct tokenizer *t, int *tokens, int count, int *merges, char *buffer,
                     size_t room) {
    for (int i = 0; i + 1 < count; i++) {
        merges[i] = merged(t, tokens + i, buffer, room);
    }
    for (;;) {
        int best = -1;
        float score = -1e10f;
        for (int i = 0; i + 1 < count; i++) {
            if (merges[i] >= 0 && t->scores[merges[i]] > score) {
                score = t->scores[merges[i]];
                best = i;
            }
        }
        if (best < 0) {
            return count;
        }
        tokens[best] = merges[best];
        size_t rest = (size_t)(count - best - 2);
        memmove(tokens + best + 1, tokens + best + 2, rest * sizeof *tokens);
        memmove(merges + best, merges + best + 1, rest * sizeof *merges);
        count--;
        if (best > 0) {
            merges[best - 1] = merged(t, tokens + best - 1, buffer, room);
        }
        if (best + 1 < count) {
            merges[best] = merged(t, tokens + best, buffer, room);
        }
    }
}

/* BOS, the dummy space that the training put before every text, then the characters. */
static int split(const struct tokenizer *t, const char *text, int *tokens,
                 struct llama_error *error) {
    int count = 0;
    tokens[count++] = TOKEN_BOS;
    if (*text != '\0') {
        int space = tokenizer_find(t, " ");
        if (space < 0) {
            fail(error, "the tokenizer has no piece for a space");
            return -1;
        }
        tokens[count++] = space;
    }
    while (*text != '\0') {
        int length = character_length(text);
        int more = append_character(t, text, length, tokens + count, error);
        if (more < 0) {
            return -1;
        }
        count += more;
        text += length;
    }
    return count;
}

int tokenizer_encode(const struct tokenizer *tokenizer, const char *text, int *tokens,
                     struct llama_error *error) {
    int count = split(tokenizer, text, tokens, error);
    if (count < 2) {
        return count;
    }
    size_t room = 2 * (size_t)tokenizer->longest + 1;
    char *buffer = malloc(room);
    int *merges = calloc((size_t)count, sizeof *merges);
    if (buffer == NULL || merges == NULL) {
        fail(error, "not enough memory to encode %d characters", count);
        count = -1;
    } else {
        count = merge_all(tokenizer, tokens, count, merges, buffer, room);
    }
    free(merges);
    free(buffer);
    return count;
}

/* --- decoding ------------------------------------------------------------------------------- */

/* As isspace and isxdigit in the C locale. */
static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit_of(char c) {
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c == '\0' ? NULL : strchr(DIGITS, c);
    return found == NULL ? -1 : (int)(found - DIGITS) % 16;
}

/*
 * The value of a piece such as "<0x0A>". run.c decodes with sscanf's "<0x%02hhX>", of which each C
 * library has its own reading where a piece is odd; this is glibc's, on which the reference's
 * stories are told. White space may come first. A width of two covers a sign, which negates as an
 * unsigned byte does, a prefix "0x", which alone is 0, and digits. What follows does not matter.
 */
static bool raw_byte(const char *piece, unsigned char *byte) {
    if (strncmp(piece, "<0x", 3) != 0) {
        return false;
    }
    const char *at = piece + 3;
    int width = 2, value = 0;
    while (is_space(*at)) {
        at++;
    }
    bool is_negative = *at == '-', any = false;
    if (*at == '-' || *at == '+') {
        at++;
        width--;
    }
    for (; width > 0 && digit_of(*at) >= 0; at++, width--) {
        value = value * 16 + digit_of(*at);
        any = true;
    }
    *byte = (unsigned char)(is_negative ? -value : value);
    return any;
}

const char *tokenizer_decode(struct tokenizer *tokenizer, int previous, int token) {
    const char *piece = tokenizer->pieces[token];
    if (previous == TOKEN_BOS && piece[0] == ' ') {
        piece++; /* the dummy space */
    }
    unsigned char byte;
    if (raw_byte(piece, &byte)) {
        tokenizer->byte[0] = (char)byte;
        piece = tokenizer->byte;
    }
    unsigned char first = (unsigned char)piece[0];
    bool is_control = first != '\0' && piece[1] == '\0' && !isprint(first) && !isspace(first);
    return is_control ? "" : piece;
}
