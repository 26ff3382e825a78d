/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "read.h"
#include "words.h"

enum { MOST = 1 << 24 }; /* bytes: ten times a table of all English words that we have */

/* What is opened: the table, and the bytes that it points into. */
struct words_file {
    struct hibari_words words; /* first: callers have its address */
    unsigned char bytes[];
};

static struct words_file *read_whole(FILE *file, size_t size, const char *path,
                                     struct hibari_error *error) {
    struct words_file *table = malloc(sizeof *table + size);
    if (table == NULL) {
        hibari_fail(error, "not enough memory: %zu KiB are needed", size >> 10);
        return NULL;
    }
    if (fread(table->bytes, 1, size, file) < size) {
        hibari_fail(error, "%s: cannot be read: %s", path,
                    ferror(file) ? strerror(errno) : "it got shorter meanwhile");
        free(table);
        return NULL;
    }
    return table;
}

static struct words_file *read_sized(FILE *file, const char *path, size_t *size,
                                     struct hibari_error *error) {
    long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (end < 0 || fseek(file, 0, SEEK_SET) != 0) {
        hibari_fail(error, "%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    if (end > MOST) {
        hibari_fail(error, "%s: is not a table of pronunciations: larger than %d MiB", path,
                    MOST >> 20);
        return NULL;
    }
    *size = (size_t)end;
    return read_whole(file, *size, path, error);
}

struct hibari_words *hibari_words_open(const char *path, struct hibari_error *error) {
    error->text[0] = '\0';
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        hibari_fail(error, "%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    size_t size = 0;
    const char *why = NULL;
    struct words_file *table = read_sized(file, path, &size, error);
    fclose(file);
    if (table != NULL && !hibari_words_parse(&table->words, table->bytes, size, &why)) {
        hibari_fail(error, "%s: %s", path, why);
        free(table);
        return NULL;
    }
    return table != NULL ? &table->words : NULL;
}

void hibari_words_close(struct hibari_words *words) {
    free(words); /* the first member of what was allocated */
}
