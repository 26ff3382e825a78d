/* SPDX-License-Identifier: MIT */
/* Standard input: pieces, each ended by byte 0x1F; stories, each ended by 0x1E.
 * Standard output: one sentence a line; each story ended by "--". */
#include <stdio.h>
#include <stdlib.h>

#include "text/sentence.h"

#define PIECE_BYTES 65536

static void print(void *user, const char *sentence) {
    (void)user;
    puts(sentence);
}

int main(void) {
    static char piece[PIECE_BYTES];
    struct sentences sentences;
    size_t length = 0;
    int c;

    sentences_begin(&sentences, print, NULL);
    while ((c = getchar()) != EOF) {
        if (c != 0x1E && c != 0x1F) {
            if (length + 1 >= PIECE_BYTES) {
                return EXIT_FAILURE;
            }
            piece[length++] = (char)c;
            continue;
        }
        piece[length] = '\0';
        sentences_feed(&sentences, piece);
        length = 0;
        if (c == 0x1E) {
            sentences_end(&sentences);
            puts("--");
            sentences_begin(&sentences, print, NULL);
        }
    }
    return EXIT_SUCCESS;
}
