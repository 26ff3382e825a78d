/* SPDX-License-Identifier: MIT */
/*
 * The table of pronunciations: words, and rules that spell out the others letter by letter.
 *
 *   "HEARTWRD" | version | bytes of the file | CRC-32 of what follows | words | bytes of their
 *   entries | rules | bytes of theirs | 64 phonemes | index and entries of the words | of the rules
 *
 * Numbers are little-endian, of 32 bits. Both tables are sorted and front-coded: each entry is how
 * many bytes its key shares with that of the one before, the rest of the key, and its value; the
 * last byte of rest and value has its top bit set. The index has the place of every 16th entry,
 * which shares nothing. Values are codes: below 64 of one of the phonemes (0: none), above of what
 * the variant that follows is for.
 *
 * Only the index stays in memory: 22 KiB of a table of 1.1 MB. Entries are read when a word is
 * looked up, 16 at a time, which the system's cache of files makes cheap.
 */
#ifndef HIBARI_WORDS_H
#define HIBARI_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sounds.h"

enum {
    HIBARI_CODES = 64,
    HIBARI_KEY = 40,
    HIBARI_BLOCK = 16,            /* entries per place in the index */
    HIBARI_BLOCK_BYTES = 1 << 11, /* that they take at most; image/builders/pronunciations.py */
};

struct hibari_table {
    uint32_t count, bytes; /* entries; what they take */
    long place;            /* of the entries, in the file */
    uint8_t *index;
};

struct hibari_words {
    uint8_t ids[HIBARI_CODES]; /* the network's number of each code */
    struct hibari_table words, rules;
    FILE *file;
};

/* What a variant of a word is for; image/builders/pronunciations.py has the same order. */
enum word_use {
    USE_NOUN,
    USE_VERB,
    USE_ADJECTIVE,
    USE_ADVERB,
    USE_PAST,
    USE_PARTICIPLE,
    USE_PRESENT,
    USE_DETERMINER,
    USE_LAST, /* of its clause */
    USES,
};

/* A word as it is written in the table, in the variant for one of the uses whose bits are set. What
 * cannot be read is not there. */
bool words_find(const struct hibari_words *words, const char *word, size_t length, unsigned uses,
                struct sounds *sounds);

/* Spells out a word in small letters by the rules. */
void words_spell(const struct hibari_words *words, const char *word, size_t length,
                 struct sounds *sounds);

#endif
