/* SPDX-License-Identifier: MIT */
/* Where reading is, what was read before, and what is written. */
#include <ctype.h>
#include <string.h>

#include "endings.h"
#include "numbers.h"
#include "read_parts.h"
#include "word.h"
#include "words.h"

enum { LAST = HIBARI_PHONEMES - 1 }; /* place of the closing pad, at most */

size_t word_length(const char *text) {
    size_t length = 0;
    while (char_is_letter(text[length]) ||
           (length > 0 && text[length] == '\'' && char_is_letter(text[length + 1]))) {
        length++;
    }
    return length;
}

bool word_is(const char *word, size_t length, const char *other) {
    return strlen(other) == length && memcmp(word, other, length) == 0;
}

uint8_t punctuation_of(char c) {
    switch (c) {
    case ';':
        return P_SEMICOLON;
    case ':':
        return P_COLON;
    case ',':
        return P_COMMA;
    case '.':
        return P_STOP;
    case '!':
        return P_SHOUT;
    case '?':
        return P_QUESTION;
    case '(':
        return P_OPEN;
    case ')':
        return P_CLOSE;
    default:
        return 0;
    }
}

size_t dash_length(const char *text, const char *at) {
    size_t length = strspn(at, "-");
    bool is_alone =
        (at == text || char_is_blank(at[-1])) && (char_is_blank(at[length]) || at[length] == '\0');
    return length > 1 || (length == 1 && is_alone) ? length : 0;
}

static void copy_small(char small[CONTEXT], const char *word, size_t length) {
    length = length < CONTEXT ? length : 0;
    for (size_t i = 0; i < length; i++) {
        small[i] = (char)tolower((unsigned char)word[i]);
    }
    small[length] = '\0';
}

/* The start of the next word or number; NULL: there is a pause before. */
static const char *next_word(const struct reader *reader, const char *at) {
    for (; *at != '\0'; at++) {
        uint8_t mark = punctuation_of(*at);
        if ((mark != 0 && mark != P_OPEN && mark != P_CLOSE) || dash_length(reader->text, at) > 0) {
            return NULL;
        }
        if (char_is_letter(*at) || char_is_digit(*at)) {
            return at;
        }
    }
    return NULL;
}

static enum follows first_sound(const struct sounds *sounds) {
    for (size_t i = 0; i < sounds->count; i++) {
        uint8_t one = sounds->at[i];
        if (one != P_STRESS && one != P_WEAK_STRESS && one != P_ARTICLE) {
            return is_vowel(one) ? FOLLOWS_VOWEL : FOLLOWS_CONSONANT;
        }
    }
    return FOLLOWS_PAUSE;
}

struct place reader_look_ahead(const struct reader *reader, const char *at) {
    struct place place = {.follows = FOLLOWS_PAUSE}, alone = {.follows = FOLLOWS_CONSONANT};
    char after[CONTEXT] = "", number[NUMBER_WORDS];
    bool is_first = true;
    for (at = next_word(reader, at); at != NULL && place.follows == FOLLOWS_PAUSE;
         at = next_word(reader, at)) {
        struct sounds sounds;
        size_t length = number_read(at, number);
        const char *word = length > 0 ? number : at;
        size_t letters = word_length(word);
        if (is_first) {
            copy_small(after, word, letters);
        }
        word_say(reader->words, word, letters, &alone, &sounds);
        place.follows = first_sound(&sounds);
        at += length > 0 ? length : letters;
        is_first = false;
    }
    place.uses = guess_uses(reader->earlier, reader->before, after, reader->is_name);
    place.before_to = strcmp(after, "to") == 0;
    place.before_i = strcmp(after, "i") == 0;
    return place;
}

void reader_put(struct reader *reader, uint8_t id, bool begins_word) {
    struct hibari_clause *clause = reader->clause;
    if (clause->count >= LAST) {
        reader->is_full = true;
        return;
    }
    clause->begins_word[clause->count] = begins_word;
    clause->ids[clause->count++] = id;
}

void reader_put_sounds(struct reader *reader, const struct sounds *sounds) {
    for (size_t i = 0; i < sounds->count; i++) {
        if (reader->needs_blank && reader->clause->count > 1) {
            reader_put(reader, P_BLANK, false);
        }
        reader->needs_blank = false;
        reader_put(reader, sounds->at[i], reader->begins);
        reader->begins = false;
    }
}

void reader_remember(struct reader *reader, const char *word, size_t length) {
    reader->is_capital = isupper((unsigned char)*word) != 0;
    reader->is_name = reader->before[0] != '\0' && isupper((unsigned char)*word) && length > 1;
    memcpy(reader->earlier, reader->before, CONTEXT);
    copy_small(reader->before, word, length);
    reader->is_number = false;
}

void reader_forget(struct reader *reader) {
    reader->before[0] = reader->earlier[0] = '\0';
    reader->is_name = false;
    reader->is_number = false;
    reader->is_capital = false;
}

void reader_say(struct reader *reader, const char *spoken, const char *behind, bool adds_s) {
    struct place last = reader_look_ahead(reader, behind), inside = {.follows = FOLLOWS_CONSONANT};
    for (const char *at = spoken; *at != '\0';) {
        size_t length = strcspn(at, " ");
        struct place place = at[length] == '\0' ? last : inside;
        struct sounds sounds;
        if (at[length] != '\0') {
            const char *next = at + length + strspn(at + length, " ");
            word_say(reader->words, next, strcspn(next, " "), &inside, &sounds);
            place.follows = first_sound(&sounds);
        }
        word_say(reader->words, at, length, &place, &sounds);
        at += length;
        if (*at == '\0' && adds_s) {
            endings_add_s(&sounds);
        }
        reader_put_sounds(reader, &sounds);
        reader->needs_blank = true;
        at += *at == ' ' ? 1 : 0;
        reader->begins = *at == ' ';
        at += *at == ' ' ? 1 : 0;
    }
    reader->needs_blank = false;
}
