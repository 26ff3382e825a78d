/* SPDX-License-Identifier: MIT */
/*
 * Feeds any bytes to the reader of tokenizers; what it accepts must encode and decode a text.
 * The input: one byte, the vocabulary's size less 2; one byte, the text's length; text; file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"

enum { HEADER = 2, LEAST_VOCAB = 2, MOST_TEXT = 255 };

static void check(const struct tokenizer *tokenizer, int token) {
    if (token < 0 || token >= tokenizer->vocab_size) {
        abort();
    }
}

static void use(struct tokenizer *tokenizer, const char *text) {
    struct llama_error error;
    /* As many as the header promises are enough, and not one more. */
    int *tokens = calloc(strlen(text) + 2, sizeof *tokens);
    if (tokens == NULL) {
        return;
    }
    int count = tokenizer_encode(tokenizer, text, tokens, &error);
    for (int i = 0; i < count; i++) {
        check(tokenizer, tokens[i]);
        (void)strlen(tokenizer_decode(tokenizer, i > 0 ? tokens[i - 1] : TOKEN_BOS, tokens[i]));
    }
    free(tokens);
    for (int token = 0; token < tokenizer->vocab_size; token++) {
        (void)strlen(tokenizer_decode(tokenizer, TOKEN_BOS, token));
        (void)strlen(tokenizer_decode(tokenizer, 0, token));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct llama_error error;
    struct tokenizer tokenizer;
    char text[MOST_TEXT + 1] = {0};
    if (size < HEADER || size - HEADER < data[1]) {
        return 0;
    }
    memcpy(text, data + HEADER, data[1]);
    const uint8_t *file = data + HEADER + data[1];
    size_t file_size = size - HEADER - data[1];
    /* A copy of this very size: reading past its end is noticed. */
    unsigned char *copy = malloc(file_size > 0 ? file_size : 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, file, file_size);
    if (tokenizer_parse(&tokenizer, copy, file_size, data[0] + LEAST_VOCAB, "input", &error)) {
        use(&tokenizer, text);
        tokenizer_close(&tokenizer);
    }
    free(copy);
    return 0;
}
