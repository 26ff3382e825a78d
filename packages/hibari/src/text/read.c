/* SPDX-License-Identifier: MIT */
#include "read.h"

#include <ctype.h>
#include <string.h>

#include "read_parts.h"

/* At a blank: whether what was read before is a whole sentence. */
static bool ends_sentence(const struct reader *reader) {
    const char *before = reader->at;
    while (before > reader->text && strchr("\"')", before[-1]) != NULL) {
        before--;
    }
    const char *next = reader->at + strspn(reader->at, " \t\r\n\"'(");
    return before > reader->text && strchr(".!?", before[-1]) != NULL &&
           reader->clause->count > 1 &&
           punctuation_of((char)before[-1]) == reader->clause->ids[reader->clause->count - 1] &&
           !islower((unsigned char)*next);
}

static bool is_pause(uint8_t id) {
    return (id >= P_SEMICOLON && id <= P_QUESTION) || id == P_DASH;
}

/* Behind a blank-separated word. */
static void mark_cut(struct reader *reader) {
    struct hibari_clause *clause = reader->clause;
    if (reader->is_full) {
        return;
    }
    reader->word = (struct cut){(size_t)(reader->at - reader->text), clause->count};
    if (is_pause(clause->ids[clause->count - 1])) {
        reader->punctuation = reader->word;
    }
}

/* Up to the next blank. */
static void read_chunk(struct reader *reader) {
    reader->begins = true;
    reader->needs_blank = true;
    while (*reader->at != '\0' && !char_is_blank(*reader->at)) {
        if (!read_number(reader) && !read_initials(reader) && !read_abbreviation(reader) &&
            !read_roman(reader) && !read_word(reader)) {
            read_mark(reader);
        }
    }
}

size_t hibari_read(const struct hibari_words *words, const char *text,
                   struct hibari_clause *clause) {
    struct reader reader = {.words = words, .text = text, .at = text, .clause = clause};
    clause->count = 0;
    reader_put(&reader, 0, false);
    while (*reader.at != '\0' && !reader.is_full) {
        if (char_is_blank(*reader.at)) {
            if (ends_sentence(&reader)) {
                break;
            }
            reader.at++;
            continue;
        }
        read_chunk(&reader);
        mark_cut(&reader);
    }
    if (reader.is_full) {
        struct cut cut = reader.punctuation.bytes > 0 ? reader.punctuation : reader.word;
        /* One word that fills a clause loses its end. */
        reader.at = cut.bytes > 0 ? text + cut.bytes : reader.at;
        clause->count = cut.bytes > 0 ? cut.count : clause->count;
    }
    reader.at += strspn(reader.at, " \t\r\n");
    clause->begins_word[clause->count] = false;
    clause->ids[clause->count++] = 0;
    return (size_t)(reader.at - text);
}
