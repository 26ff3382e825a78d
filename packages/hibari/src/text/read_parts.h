/* SPDX-License-Identifier: MIT */
/*
 * Between the files of read.h: the reader (reader.c), and what reads each kind of text (read_*.c).
 */
#ifndef HIBARI_READ_PARTS_H
#define HIBARI_READ_PARTS_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clause.h"
#include "sounds.h"
#include "word.h"

/* Bytes of a neighbour, with the NUL: long ones say nothing. */
enum { CONTEXT = 16 };

/* Where a clause may end. */
struct cut {
    size_t bytes, count;
};

struct reader {
    const struct hibari_words *words;
    const char *text, *at;
    struct hibari_clause *clause;
    struct cut word, punctuation; /* behind the last of each that fitted */
    bool is_full;
    bool begins;      /* the next phoneme begins a blank-separated word */
    bool needs_blank; /* before the next phoneme */
    bool is_name;     /* the word before begins with a capital, inside a sentence */
    bool is_number;   /* it was a number */
    bool is_capital;  /* it begins with a capital */
    char before[CONTEXT], earlier[CONTEXT]; /* the last word, and the one before it */
};

static inline bool char_is_letter(char c) {
    return isalpha((unsigned char)c) != 0;
}

static inline bool char_is_digit(char c) {
    return isdigit((unsigned char)c) != 0;
}

static inline bool char_is_blank(char c) {
    return isspace((unsigned char)c) != 0;
}

/* Bytes of a word at the start of a text; an apostrophe belongs to it between letters. */
size_t word_length(const char *text);

/* Whether a word is this one. */
bool word_is(const char *word, size_t length, const char *other);

/* The phoneme of a mark; 0: it is none. */
uint8_t punctuation_of(char c);

/* A dash is two hyphens, or one between blanks. Returns its bytes. */
size_t dash_length(const char *text, const char *at);

/* What follows a word that ends at `at`. An article of one sound is looked through. */
struct place reader_look_ahead(const struct reader *reader, const char *at);

/* Write phonemes, as far as the clause has room. */
void reader_put(struct reader *reader, uint8_t id, bool begins_word);
void reader_put_sounds(struct reader *reader, const struct sounds *sounds);

/* Write several words of ours, as one of the text; behind two blanks, its next word begins. */
void reader_say(struct reader *reader, const char *spoken, const char *behind, bool adds_s);

/* The last word decides how the next one is said, unless there is something between. */
void reader_remember(struct reader *reader, const char *word, size_t length);
void reader_forget(struct reader *reader);

/* Each reads what it knows, if it stands next. Returns whether it did. */
bool read_number(struct reader *reader);
bool read_initials(struct reader *reader);
bool read_abbreviation(struct reader *reader);
/* Henry VIII, Chapter IV. */
bool read_roman(struct reader *reader);
/* A word, or several with hyphens between them. */
bool read_word(struct reader *reader);

/* Anything else is a mark, or left out. */
void read_mark(struct reader *reader);

#endif
