/* SPDX-License-Identifier: MIT */
/*
 * Text to tokens and back: byte pair encoding with the pieces of llama2.c's tokenizer.bin.
 * Layout of the file: int32 longest piece; then per piece float32 score, int32 length, bytes.
 */
#ifndef LLAMA_TOKENIZER_H
#define LLAMA_TOKENIZER_H

#include <stddef.h>

#include "llama.h"

enum { TOKEN_BOS = 1 }; /* begins a story and divides it from the next */

struct tokenizer {
    int vocab_size;
    int longest;   /* bytes of the longest piece */
    char *text;    /* all pieces, NUL-terminated, one after the other */
    char **pieces; /* (vocab_size) into text */
    float *scores; /* (vocab_size) the higher, the earlier two pieces merge into this one */
    int *sorted;   /* (vocab_size) tokens in order of their pieces */
    char byte[2];  /* the last raw byte that was decoded */
};

/* Checks `size` bytes at `data` and copies their pieces. `name` is for messages. */
bool tokenizer_parse(struct tokenizer *tokenizer, const unsigned char *data, size_t size,
                     int vocab_size, const char *name, struct llama_error *error);

void tokenizer_close(struct tokenizer *tokenizer);

/* The token of a piece, or -1. */
int tokenizer_find(const struct tokenizer *tokenizer, const char *piece);

/*
 * Encodes `text`, with BOS in front, into `tokens`, which must hold strlen(text) + 2. Returns how
 * many there are, or -1 when the vocabulary lacks a piece that the text needs.
 */
int tokenizer_encode(const struct tokenizer *tokenizer, const char *text, int *tokens,
                     struct llama_error *error);

/*
 * The text of `token` after `previous`, as run.c prints it: a single byte that is neither
 * printable nor white space is left out (empty string). Lasts until the next call.
 */
const char *tokenizer_decode(struct tokenizer *tokenizer, int previous, int token);

#endif
