/* SPDX-License-Identifier: MIT */
/* read_driver TABLE: of each line of text a line with its clauses: the numbers of the phonemes,
 * with | before each that begins a word, and / between clauses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/read.h"

enum { MOST = 1 << 22, LINE = 4096 };

static void show(const struct hibari_clause *clause) {
    for (size_t i = 1; i + 1 < clause->count; i++) {
        printf("%s%d ", clause->begins_word[i] ? "|" : "", clause->ids[i]);
    }
}

int main(int count, char **arguments) {
    unsigned char *bytes = malloc(MOST);
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    struct hibari_words words;
    const char *why = "cannot be read";
    char line[LINE];

    if (file == NULL || bytes == NULL) {
        return 2;
    }
    size_t size = fread(bytes, 1, MOST, file);
    fclose(file);
    /* Of this very size: reading past its end is noticed. */
    unsigned char *table = realloc(bytes, size > 0 ? size : 1);
    if (table == NULL || !hibari_words_parse(&words, table, size, &why)) {
        fprintf(stderr, "%s: %s\n", arguments[1], why);
        free(table);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        struct hibari_clause clause;
        size_t bytes_read;
        line[strcspn(line, "\n")] = '\0';
        for (const char *at = line; (bytes_read = hibari_read(&words, at, &clause)) > 0;) {
            show(&clause);
            printf("/ ");
            at += bytes_read;
        }
        printf("\n");
    }
    free(table);
    return 0;
}
