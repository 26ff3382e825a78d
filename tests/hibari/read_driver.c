/* SPDX-License-Identifier: MIT */
/* read_driver TABLE: of each line of text a line with its clauses: the numbers of the phonemes,
 * with | before each that begins a word, and / between clauses. */
#include <stdio.h>
#include <string.h>

#include "text/read.h"

enum { LINE = 4096 };

static void show(const struct hibari_clause *clause) {
    for (size_t i = 1; i + 1 < clause->count; i++) {
        printf("%s%d ", clause->begins_word[i] ? "|" : "", clause->ids[i]);
    }
}

int main(int count, char **arguments) {
    struct hibari_error error;
    char line[LINE];

    if (count != 2) {
        return 2;
    }
    struct hibari_words *words = hibari_words_open(arguments[1], &error);
    if (words == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        struct hibari_clause clause;
        size_t bytes_read;
        line[strcspn(line, "\n")] = '\0';
        for (const char *at = line; (bytes_read = hibari_read(words, at, &clause)) > 0;) {
            show(&clause);
            printf("/ ");
            at += bytes_read;
        }
        printf("\n");
    }
    hibari_words_close(words);
    return 0;
}
