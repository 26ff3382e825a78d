/* SPDX-License-Identifier: MIT */
/* stand_in_driver WORDS SEED KNOWN OPENING: the opening that a model is given which knows the words
 * of KNOWN (" fox girl "), what stands in for what, and what the lines of standard input mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story/stand_in.h"

static const char *known;

bool llama_knows(const struct llama *llama, const char *word) {
    char part[64];

    (void)llama;
    snprintf(part, sizeof(part), " %s ", word);
    return strstr(known, part) != NULL;
}

static void complain(void *user, const struct complaint *complaint) {
    (void)user;
    printf("! %s:%d: %s\n", complaint->path, complaint->line, complaint->problem);
}

int main(int count, char **arguments) {
    struct words_folders folders = {.ours = count == 5 ? arguments[1] : ""};
    struct words *words = count == 5 ? words_open(&folders, complain, NULL) : NULL;
    struct stand_ins stand_ins;
    char prompt[PROMPT_BYTES], line[512], meant[512];

    if (words == NULL) {
        return EXIT_FAILURE;
    }
    known = arguments[3];
    stand_ins_choose(&stand_ins, words, NULL, arguments[4], strtoull(arguments[2], NULL, 10),
                     prompt);
    puts(prompt);
    for (size_t i = 0; i < stand_ins.count; i++) {
        printf("%s%s = %s", i > 0 ? ", " : "", stand_ins.each[i].told, stand_ins.each[i].meant);
    }
    puts("");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        stand_ins_undo(&stand_ins, line, meant, sizeof(meant));
        fputs(meant, stdout);
    }
    words_close(words);
    return EXIT_SUCCESS;
}
