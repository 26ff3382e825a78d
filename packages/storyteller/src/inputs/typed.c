/* SPDX-License-Identifier: MIT */
#include "inputs/typed.h"

#include <string.h>

#include "inputs/console.h"
#include "inputs/topic_reader.h"
#include "text/spelling.h"

enum typed typed_read(const struct words *words, const char *line, struct topic *topic) {
    char text[CONSOLE_LINE_BYTES];

    *topic = (struct topic){.hero = ""};
    if (gate_stops_spelling(words_gate(words), line)) {
        return TYPED_REFUSED;
    }
    spelling_words(line, text, sizeof(text));
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
