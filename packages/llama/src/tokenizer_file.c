/* SPDX-License-Identifier: MIT */
/* Reads tokenizer.bin, whose every length may be a lie. */
#include "tokenizer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "foreign.h"

enum { FILE_HEADER = 4, PIECE_HEADER = 8 };

/* The length that the header of a piece tells, behind its score. */
static int32_t length_at(const unsigned char *header) {
    int32_t length;
    memcpy(&length, header + 4, sizeof length);
    return length;
}

/* Goes through the whole file before anything is allocated for what it says. */
static bool check_pieces(const unsigned char *data, size_t size, int count, const char *name,
                         struct llama_error *error) {
    size_t at = FILE_HEADER;
    for (int i = 0; i < count; i++) {
        if (size - at < PIECE_HEADER) {
            return fail(error, "%s: ends after %d pieces; the model has %d", name, i, count);
        }
        int32_t length = length_at(data + at);
        at += PIECE_HEADER;
        if (length < 1 || (size_t)length > size - at) {
            return fail(error, "%s: piece %d has length %ld; %zu bytes are left", name, i,
                        (long)length, size - at);
        }
        at += (size_t)length;
    }
    if (at != size) {
        return fail(error, "%s: %zu bytes follow the %d pieces that the model has", name, size - at,
                    count);
    }
    return true;
}

static bool take_memory(struct tokenizer *t, size_t text_size, struct llama_error *error) {
    size_t count = (size_t)t->vocab_size;
    t->text = malloc(text_size);
    t->pieces = calloc(count, sizeof *t->pieces);
    t->scores = calloc(count, sizeof *t->scores);
    t->sorted = calloc(count, sizeof *t->sorted);
    if (t->text == NULL || t->pieces == NULL || t->scores == NULL || t->sorted == NULL) {
        return fail(error, "not enough memory for a vocabulary of %d pieces", t->vocab_size);
    }
    return true;
}

/* The file's own word on the longest piece is not taken: run.c sizes a buffer by it. */
static void copy_pieces(struct tokenizer *t, const unsigned char *data) {
    const unsigned char *at = data + FILE_HEADER;
    char *text = t->text;
    for (int i = 0; i < t->vocab_size; i++) {
        int length = length_at(at);
        memcpy(&t->scores[i], at, sizeof *t->scores);
        at += PIECE_HEADER;
        t->pieces[i] = text;
        memcpy(text, at, (size_t)length);
        text[length] = '\0';
        text += length + 1;
        at += length;
        t->longest = length > t->longest ? length : t->longest;
    }
}

/* Merge sort, since the order of equal pieces must not depend on the C library's qsort. */
static void sort(char *const *pieces, int *tokens, int *spare, int count) {
    if (count < 2) {
        return;
    }
    int half = count / 2;
    sort(pieces, tokens, spare, half);
    sort(pieces, tokens + half, spare, count - half);
    memcpy(spare, tokens, (size_t)half * sizeof *spare);
    int left = 0, right = half;
    for (int i = 0; left < half; i++) {
        bool take_left = right == count || strcmp(pieces[spare[left]], pieces[tokens[right]]) <= 0;
        tokens[i] = take_left ? spare[left++] : tokens[right++];
    }
}

static bool sort_pieces(struct tokenizer *t, struct llama_error *error) {
    int *spare = calloc((size_t)t->vocab_size, sizeof *spare);
    if (spare == NULL) {
        return fail(error, "not enough memory to sort the vocabulary");
    }
    for (int i = 0; i < t->vocab_size; i++) {
        t->sorted[i] = i;
    }
    sort(t->pieces, t->sorted, spare, t->vocab_size);
    free(spare);
    return true;
}

static bool check_file(const unsigned char *data, size_t size, int vocab_size, const char *name,
                       struct llama_error *error) {
    if (size < FILE_HEADER || (size - FILE_HEADER) / (PIECE_HEADER + 1) < (size_t)vocab_size) {
        return fail(error, "%s: has %zu bytes, too few for the %d pieces that the model has", name,
                    size, vocab_size);
    }
    return check_pieces(data, size, vocab_size, name, error);
}

bool tokenizer_parse(struct tokenizer *tokenizer, const unsigned char *data, size_t size,
                     int vocab_size, const char *name, struct llama_error *error) {
    *tokenizer = (struct tokenizer){.vocab_size = vocab_size};
    size_t headers = PIECE_HEADER * (size_t)vocab_size, nuls = (size_t)vocab_size;
    if (!check_file(data, size, vocab_size, name, error)) {
        foreign_explain_tokenizer(data, size, name, error);
        return false;
    }
    bool done = take_memory(tokenizer, size - FILE_HEADER - headers + nuls, error);
    if (done) {
        copy_pieces(tokenizer, data);
        done = sort_pieces(tokenizer, error);
    }
    if (!done) {
        tokenizer_close(tokenizer);
    }
    return done;
}

void tokenizer_close(struct tokenizer *tokenizer) {
    free(tokenizer->text);
    free(tokenizer->pieces);
    free(tokenizer->scores);
    free(tokenizer->sorted);
    *tokenizer = (struct tokenizer){0};
}
