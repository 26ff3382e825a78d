/* SPDX-License-Identifier: MIT */
/*
 * Decodes each piece that begins "<0x" and goes on with four characters of an odd alphabet, and
 * compares with what run.c makes of it with this C library's sscanf.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"

static const char ALPHABET[] = "0149aAfFgxXbB+- \t\n\v\f\r>._%\x01\x7f\xff"; /* and the NUL */

/* As run.c's decode and safe_printf. */
static const char *expected(const char *piece, char *byte) {
    unsigned char value;
    if (sscanf(piece, "<0x%02hhX>", &value) == 1) {
        byte[0] = (char)value;
        piece = byte;
    }
    unsigned char first = (unsigned char)piece[0];
    bool is_hidden = piece[0] != '\0' && piece[1] == '\0' && !isprint(first) && !isspace(first);
    return is_hidden ? "" : piece;
}

static bool is_equal(char *piece) {
    char *pieces[] = {piece}, byte[2] = "";
    struct tokenizer tokenizer = {.vocab_size = 1, .pieces = pieces};
    return strcmp(tokenizer_decode(&tokenizer, 0, 0), expected(piece, byte)) == 0;
}

int main(void) {
    char piece[] = "<0x____>";
    const int size = sizeof ALPHABET;
    for (int i = 0; i < size * size * size * size; i++) {
        for (int at = 0, rest = i; at < 4; at++, rest /= size) {
            piece[3 + at] = ALPHABET[rest % size];
        }
        if (!is_equal(piece)) {
            printf("%s\n", piece);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
