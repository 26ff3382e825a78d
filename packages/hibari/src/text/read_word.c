/* SPDX-License-Identifier: MIT */
/* Words, and those with hyphens. */
#include "read_parts.h"
#include "word.h"
#include "words.h"

enum { PARTS = 8 }; /* of a word with hyphens, the rest are words of their own */

/* Of two stressed parts the lighter one loses its stress; of more, half of them. */
static void balance(struct sounds *parts, size_t count) {
    size_t stressed = 0;
    bool done[PARTS] = {false};
    for (size_t i = 0; i < count; i++) {
        stressed += sounds_have(&parts[i], P_STRESS);
    }
    if (count < 2 || stressed <= (count + 1) / 2) {
        return;
    }
    for (size_t round = 0; round < count / 2; round++) {
        size_t lightest = count;
        unsigned least = 0;
        for (size_t i = 0; i < count; i++) {
            unsigned weight =
                sounds_weight(&parts[i]) + (sounds_have(&parts[i], P_STRESS) ? 1000 : 0);
            if (!done[i] && (lightest == count || weight < least)) {
                lightest = i;
                least = weight;
            }
        }
        done[lightest] = true;
        if (sounds_have(&parts[lightest], P_STRESS)) {
            sounds_weaken(&parts[lightest]);
        }
    }
}

bool read_word(struct reader *reader) {
    struct sounds parts[PARTS];
    size_t count = 0, length = word_length(reader->at);
    if (length == 0) {
        return false;
    }
    const char *end = reader->at + length;
    size_t whole = length;
    while (*end == '-' && char_is_letter(end[1]) && count++ < PARTS - 1) {
        end += 1 + word_length(end + 1);
    }
    whole = (size_t)(end - reader->at);
    struct place place = reader_look_ahead(reader, end);
    const char *word = reader->at;
    if (whole > length && words_find(reader->words, word, whole, place.uses, &parts[0])) {
        count = 1;
        end = word + whole;
    } else {
        struct place inside = {.follows = FOLLOWS_CONSONANT};
        for (count = 0; count < PARTS; count++) {
            length = word_length(word);
            bool is_last = word + length == end;
            word_say(reader->words, word, length, is_last ? &place : &inside, &parts[count]);
            if (is_last) {
                count++;
                break;
            }
            word += length + 1;
        }
    }
    balance(parts, count);
    for (size_t i = 0; i < count; i++) {
        reader_put_sounds(reader, &parts[i]);
    }
    reader_remember(reader, reader->at, (size_t)(end - reader->at));
    reader->at = end;
    return true;
}
