/* SPDX-License-Identifier: MIT */
/* Captions, by lines of its input: "+TEXT" adds text (| ends a line of it), "say FIRST WORDS",
 * "heard N", "flush" and "clear". Prints each part that is shown in brackets. */
#include <stdio.h>
#include <string.h>

#include "voice/captions.h"

static void show(void *user, const char *text) {
    (void)user;
    printf("[%s]", text);
}

static void obey(struct captions *captions, char *line) {
    unsigned first, words;

    if (line[0] == '+') {
        captions_add(captions, line + 1, show, NULL);
    } else if (sscanf(line, "say %u %u", &first, &words) == 2) {
        captions_say(captions, first, words, show, NULL);
    } else if (sscanf(line, "heard %u", &first) == 1) {
        captions_show(captions, first, show, NULL);
    } else if (strcmp(line, "flush") == 0) {
        captions_flush(captions, show, NULL);
    } else if (strcmp(line, "clear") == 0) {
        captions_clear(captions);
    }
}

int main(void) {
    static struct captions captions;
    char line[16384];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        for (char *at = line; (at = strchr(at, '|')) != NULL;) {
            *at = '\n';
        }
        obey(&captions, line);
    }
    return 0;
}
