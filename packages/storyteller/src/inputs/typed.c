/* SPDX-License-Identifier: MIT */
#include "inputs/typed.h"

#include <stdio.h>
#include <string.h>

#include "inputs/clues.h"
#include "inputs/console.h"
#include "inputs/topic_reader.h"
#include "text/spelling.h"

#define SEPARATORS ",;:&+/"

/* The line's words, and where they are separated: "Mia, Tom & a dog" is "mia , tom , a dog". */
static void read_words(const char *line, char *text, size_t size) {
    char part[CONSOLE_LINE_BYTES], plain[CONSOLE_LINE_BYTES];
    size_t length = 0;

    text[0] = '\0';
    while (*line != '\0') {
        size_t taken = strcspn(line, SEPARATORS), bytes;
        const char *comma = length > 0 ? " , " : "";

        snprintf(part, sizeof(part), "%.*s", (int)taken, line);
        spelling_words(part, plain, sizeof(plain));
        bytes = strlen(comma) + strlen(plain);
        if (plain[0] != '\0' && length + bytes < size) {
            memcpy(text + length, comma, strlen(comma));
            memcpy(text + length + strlen(comma), plain, strlen(plain) + 1);
            length += bytes;
        }
        line += taken + (line[taken] != '\0' ? 1 : 0);
    }
}

/* Whether any story will do: "a funny story, please". */
static bool asks_for_any(const struct words *words, const char *text) {
    bool is_any = false;
    size_t length;

    for (; *text != '\0'; text += strspn(text, " ,")) {
        bool is_trait = list_find(words_list(words, LIST_TRAITS), text, &length) != NULL;

        if (!is_trait && !clue_is_request(text) && !clue_is_any_story(text)) {
            return false;
        }
        is_any = is_any || clue_is_any_story(text);
        text += is_trait ? length : strcspn(text, " ");
    }
    return is_any;
}

enum typed typed_read(const struct words *words, const char *line, struct topic *topic) {
    char text[3 * CONSOLE_LINE_BYTES]; /* each comma may get two spaces */

    *topic = (struct topic){.hero = ""};
    if (gate_stops_spelling(words_gate(words), line)) {
        return TYPED_REFUSED;
    }
    read_words(line, text, sizeof(text));
    if (asks_for_any(words, text)) {
        return TYPED_NOTHING;
    }
    if (!topic_read(words, text, topic)) {
        return line[strspn(line, " \t\r\n.,!?")] == '\0' ? TYPED_NOTHING : TYPED_UNKNOWN;
    }
    /* Put together, or meant by other words, they may be what the line itself was not. */
    if (words_block(words, topic)) {
        *topic = (struct topic){.hero = ""};
        return TYPED_REFUSED;
    }
    return TYPED_FOUND;
}
