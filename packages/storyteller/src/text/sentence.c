/* SPDX-License-Identifier: MIT */
#include "text/sentence.h"

#include <ctype.h>
#include <string.h>

#include "text/spelling.h"

/*
 * A sentence of this many words is handed out at its next comma, so that speech never waits long.
 */
#define WORDS_TO_COMMA 25
/* One without commas is cut between words; also the guard that text never overflows. */
#define WORDS_AT_MOST 40
#define LENGTH_AT_MOST (SENTENCE_BYTES - 100)

/* What typographic characters become. Latin letters lose their accents, and all others beyond ASCII
 * are left out. */
static const struct {
    const char *utf8;
    const char *ascii;
} REPLACEMENTS[] = {
    {"\xC2\xA0", " "},                                 /* no-break space */
    {"\xE2\x80\x98", "'"},                             /* single quotes */
    {"\xE2\x80\x99", "'"},    {"\xE2\x80\x9C", "\""},  /* double quotes */
    {"\xE2\x80\x9D", "\""},   {"\xE2\x80\x93", ", "},  /* dashes are pauses */
    {"\xE2\x80\x94", ", "},   {"\xE2\x80\xA6", "..."}, /* ellipsis */
    {"\xC3\x86", "Ae"},       {"\xC3\xA6", "ae"},      /* letters that are two */
    {"\xC3\x9F", "ss"},       {"\xC5\x93", "oe"},      {"\xC2\xBD", " 1/2"},
    {"\xC2\xBC", " 1/4"},     {"\xC2\xBE", " 3/4"},    {"\xC2\xB0", " degrees "},
    {"\xC2\xB2", " squared"}, {"\xC3\x97", " times "}, {"\xC3\xB7", " divided by "},
};

static const char *const ABBREVIATIONS[] = {"Mr", "Mrs",  "Ms",   "Dr", "St",
                                            "Mt", "Prof", "Capt", "vs"};
/* These are words, too, unless a number follows. */
static const char *const OF_NUMBERS[] = {
    "No", "Nos", "Jan", "Feb", "Mar", "Apr", "Aug", "Sept", "Oct", "Nov", "Dec",
};

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

/* Where the last word of text[0..end) begins. */
static size_t last_word(const char *text, size_t end) {
    while (end > 0 && is_alnum(text[end - 1])) {
        end--;
    }
    return end;
}

static bool is_among(const char *const *list, size_t count, const char *word, size_t length) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(list[i]) == length && memcmp(word, list[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether text[0..end) ends in an abbreviation: Mr, or an initial as in "A. A. Milne". */
static bool is_abbreviation(const char *text, size_t end) {
    size_t start = last_word(text, end);

    /* "You and I." ends a sentence far more often than I is an initial. */
    if (end - start == 1) {
        return isupper((unsigned char)text[start]) && text[start] != 'I';
    }
    return is_among(ABBREVIATIONS, COUNT(ABBREVIATIONS), text + start, end - start);
}

/* No. 5: the dot ends no sentence where a number follows. */
static bool awaits_number(const struct sentences *sentences) {
    size_t end = sentences->length - 1, start = last_word(sentences->text, end);

    return sentences->text[end] == '.' &&
           is_among(OF_NUMBERS, COUNT(OF_NUMBERS), sentences->text + start, end - start);
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
    bool goes_on =
        islower((unsigned char)c) || (isdigit((unsigned char)c) && awaits_number(sentences));

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
        /* What ends words goes to the word before it, whatever was left out between them. */
        if (sentences->space_pending && !is_one_of(c, ",.!?;:")) {
            start_word(sentences, c);
        }
        append(sentences, c);
    }
}

/* The letter without its accent, of U+00C0 to U+017F. */
static void take_latin(struct sentences *sentences) {
    unsigned c = (sentences->utf8[0] & 0x1Fu) << 6 | (sentences->utf8[1] & 0x3Fu);
    bool odd = (c & 1) != 0, is_odd_capital = (c > 0x138 && c < 0x149) || c > 0x178;
    char utf8[3] = {(char)sentences->utf8[0], (char)sentences->utf8[1]}, letter[2];

    if (sentences->utf8_have != 2 || c < 0xC0 || c > 0x17F) {
        return;
    }
    spelling_fold(utf8, letter, sizeof(letter));
    if (c < 0xE0 || (c >= 0x100 && odd == is_odd_capital)) {
        letter[0] = (char)toupper((unsigned char)letter[0]);
    }
    take_ascii(sentences, letter[0]);
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
        return;
    }
    take_latin(sentences);
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
