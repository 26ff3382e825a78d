/* SPDX-License-Identifier: MIT */
#include "remote/transcript.h"

#include <string.h>

void transcript_clear(struct transcript *transcript) {
    transcript->length = transcript->invented = transcript->count = 0;
}

void transcript_expect(struct transcript *transcript, size_t length, bool is_end) {
    transcript->invented += length;
    if (is_end && transcript->count < TRANSCRIPT_SENTENCES) {
        transcript->ends[transcript->count++] = transcript->invented;
    }
}

void transcript_add(struct transcript *transcript, const char *text) {
    size_t length = strlen(text), room = TRANSCRIPT_BYTES - transcript->length;

    length = length < room ? length : room;
    memcpy(transcript->text + transcript->length, text, length);
    transcript->length += length;
}

/* Characters of UTF-8 stay whole. */
static size_t shorten(const char *text, size_t most) {
    size_t length = most;

    while (length > 1 && ((unsigned char)text[length] & 0xC0) == 0x80) {
        length--;
    }
    return length;
}

struct part transcript_part(const struct transcript *transcript, size_t first, size_t most) {
    struct part part = {.first = first};
    size_t end = transcript->length;

    while (part.sentence < transcript->count && transcript->ends[part.sentence] <= first) {
        part.sentence++;
    }
    if (part.sentence < transcript->count && transcript->ends[part.sentence] < end) {
        end = transcript->ends[part.sentence];
    }
    part.length = end > first ? end - first : 0;
    if (part.length > most) {
        part.length = shorten(transcript->text + first, most);
    }
    return part;
}
