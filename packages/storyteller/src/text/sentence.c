/* SPDX-License-Identifier: MIT */
#include "text/sentence.h"

#include <ctype.h>
#include <string.h>

/*
 * A sentence of this many words is handed out at its next comma, so that speech never waits long.
 */
#define WORDS_TO_COMMA 25
/* One without commas is cut between words; also the guard that text never overflows. */
#define WORDS_AT_MOST 40
#define LENGTH_AT_MOST (SENTENCE_BYTES - 100)

/* What typographic characters become. All others beyond ASCII are left out. */
static const struct {
    const char *utf8;
    const char *ascii;
} REPLACEMENTS[] = {
    {"\xC2\xA0", " "},                               /* no-break space */
    {"\xE2\x80\x98", "'"},                           /* single quotes */
    {"\xE2\x80\x99", "'"},  {"\xE2\x80\x9C", "\""},  /* double quotes */
    {"\xE2\x80\x9D", "\""}, {"\xE2\x80\x93", ", "},  /* dashes are pauses */
    {"\xE2\x80\x94", ", "}, {"\xE2\x80\xA6", "..."}, /* ellipsis */
};

static const char *const ABBREVIATIONS[] = {"Mr", "Mrs", "Ms", "Dr", "St"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(char c, const char *set) {
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_alnum(char c) {
    return isalnum((unsigned char)c) != 0;
}

void sentences_begin(struct sentences *sentences, sentence_fn *emit, void *user) {
    memset(sentences, 0, sizeof(*sentences));
    sentences->emit = emit;
    sentences->user = user;
}

static void flush(struct sentences *sentences) {
    bool has_sound = false;

    for (size_t i = 0; i < sentences->length; i++) {
        has_sound = has_sound || is_alnum(sentences->text[i]);
    }
    sentences->text[sentences->length] = '\0';
    sentences->length = 0;
    sentences->words = 0;
    sentences->space_pending = false;
    if (has_sound) {
        sentences->emit(sentences->user, sentences->text);
    }
}

/* Whether text[0..end) ends in an abbreviation: Mr, or an initial as in "A. A. Milne". */
static bool is_abbreviation(const char *text, size_t end) {
    size_t start = end;

    while (start > 0 && is_alnum(text[start - 1])) {
        start--;
    }
    /* "You and I." ends a sentence far more often than I is an initial. */
    if (end - start == 1) {
        return isupper((unsigned char)text[start]) && text[start] != 'I';
    }
    for (size_t i = 0; i < COUNT(ABBREVIATIONS); i++) {
        size_t length = strlen(ABBREVIATIONS[i]);

        if (end - start == length && memcmp(text + start, ABBREVIATIONS[i], length) == 0) {
            return true;
        }
    }
    return false;
}

bool sentences_is_complete(const struct sentences *sentences) {
    const char *text = sentences->text;
    size_t end = sentences->length;

    while (end > 0 && is_one_of(text[end - 1], "\"')")) {
        end--;
    }
    if (end == 0 || !is_one_of(text[end - 1], ".!?")) {
        return false;
    }
    return text[end - 1] != '.' || !is_abbreviation(text, end - 1);
}

bool sentences_is_inside(const struct sentences *sentences) {
    return sentences->length > 0 && !sentences_is_complete(sentences);
}

static bool is_too_long(const struct sentences *sentences) {
    bool at_comma = is_one_of(sentences->text[sentences->length - 1], ",;:");

    return (at_comma && sentences->words >= WORDS_TO_COMMA) || sentences->words >= WORDS_AT_MOST ||
           sentences->length >= LENGTH_AT_MOST;
}

static void append(struct sentences *sentences, char c) {
    if (sentences->length + 1 >= SENTENCE_BYTES) {
        flush(sentences); /* a "word" without end */
    }
    sentences->text[sentences->length++] = c;
}

/* The first character of the word behind a space decides whether a sentence ended before it:
 * in `"Look!" said Tom.` the small letter tells that it did not. */
static void start_word(struct sentences *sentences, char c) {
    bool goes_on = islower((unsigned char)c);

    if ((sentences_is_complete(sentences) && !goes_on) || is_too_long(sentences)) {
        flush(sentences);
    } else {
        append(sentences, ' ');
        sentences->words++;
        sentences->space_pending = false;
    }
}

static void take_ascii(struct sentences *sentences, char c) {
    /* Mark-up that a voice would read out. */
    if (is_one_of(c, "*_#^~|\\<>{}[]`")) {
        return;
    }
    if (c == '\n') {
        flush(sentences);
    } else if (c == ' ' || c == '\t' || c == '\r') {
        sentences->space_pending = sentences->length > 0;
    } else if (isprint((unsigned char)c)) {
        /* A dash that became a comma goes to the word before it. */
        if (sentences->space_pending && c != ',') {
            start_word(sentences, c);
        }
        append(sentences, c);
    }
}

static void take_utf8(struct sentences *sentences) {
    for (size_t i = 0; i < COUNT(REPLACEMENTS); i++) {
        const char *utf8 = REPLACEMENTS[i].utf8;

        if (strlen(utf8) != sentences->utf8_have ||
            memcmp(utf8, sentences->utf8, sentences->utf8_have) != 0) {
            continue;
        }
        for (const char *c = REPLACEMENTS[i].ascii; *c != '\0'; c++) {
            take_ascii(sentences, *c);
        }
    }
}

/* Number of bytes of the UTF-8 character that begins with this byte; 0 when none does. */
static size_t utf8_length(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) {
        return 2;
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return 3;
    }
    return byte >= 0xF0 && byte <= 0xF4 ? 4 : 0;
}

static void take_byte(struct sentences *sentences, unsigned char byte) {
    bool continues = (byte & 0xC0) == 0x80;

    if (byte < 0x80) {
        sentences->utf8_have = 0;
        take_ascii(sentences, (char)byte);
    } else if (!continues) {
        sentences->utf8[0] = byte;
        sentences->utf8_want = utf8_length(byte);
        sentences->utf8_have = sentences->utf8_want > 0 ? 1 : 0;
    } else if (sentences->utf8_have > 0) {
        sentences->utf8[sentences->utf8_have++] = byte;
        if (sentences->utf8_have == sentences->utf8_want) {
            take_utf8(sentences);
            sentences->utf8_have = 0;
        }
    }
}

void sentences_feed(struct sentences *sentences, const char *piece) {
    for (; *piece != '\0'; piece++) {
        take_byte(sentences, (unsigned char)*piece);
    }
}

void sentences_end(struct sentences *sentences) {
    flush(sentences);
}
