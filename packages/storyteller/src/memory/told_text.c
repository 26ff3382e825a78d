/* SPDX-License-Identifier: MIT */
#include "memory/told_text.h"

#include <inttypes.h>

/* Of a line, as much as tells whether a story begins. */
#define PART_BYTES 256
#define PATH_BYTES 512

/* The line above a story; "story 3" may begin one of its own, too. */
static bool is_head(const char *line, uint64_t *seed) {
    long number;
    int length = 0;

    return sscanf(line, "story %ld  seed %" SCNu64 "%n", &number, seed, &length) == 2 && length > 0;
}

static bool find(FILE *file, uint64_t wanted) {
    char part[PART_BYTES];
    uint64_t seed;
    long found = -1;

    while (fgets(part, sizeof(part), file) != NULL) {
        if (is_head(part, &seed) && seed == wanted) {
            found = ftell(file);
        }
    }
    return found >= 0 && fseek(file, found, SEEK_SET) == 0;
}

FILE *told_text_open(const char *folder, uint64_t seed) {
    static const char *const NAMES[] = {"stories.txt", "stories.txt.old"};

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        char path[PATH_BYTES];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", folder, NAMES[i]);
        file = fopen(path, "re");
        if (file != NULL && find(file, seed)) {
            return file;
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    return NULL;
}

bool told_text_read(FILE *file, char *part, size_t size) {
    uint64_t seed;

    return fgets(part, (int)size, file) != NULL && !is_head(part, &seed);
}
