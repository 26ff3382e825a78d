/* SPDX-License-Identifier: MIT */
/* From the stream of text pieces that a model invents to clean sentences for a voice. */
#ifndef STORYTELLER_SENTENCE_H
#define STORYTELLER_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

/* Longest sentence, with its end mark. Longer ones are spoken in parts. */
#define SENTENCE_BYTES 400

/* Called with each sentence: printable ASCII, at least one letter or digit. */
typedef void sentence_fn(void *user, const char *sentence);

/* State of the splitter. How the text is cut into pieces makes no difference to it. */
struct sentences {
    sentence_fn *emit;
    void *user;
    char text[SENTENCE_BYTES];
    size_t length;
    int words;             /* spaces in text */
    bool space_pending;    /* white space was seen behind text */
    unsigned char utf8[4]; /* bytes of a character that is not complete yet */
    size_t utf8_have;
    size_t utf8_want;
};

/* Begin a story: an empty splitter that hands each sentence to emit(user, sentence). */
void sentences_begin(struct sentences *sentences, sentence_fn *emit, void *user);

/* Take the next piece of UTF-8 text. */
void sentences_feed(struct sentences *sentences, const char *piece);

/* Whether the text since the last sentence may end here: . ! or ?, then perhaps closing quotes. */
bool sentences_is_complete(const struct sentences *sentences);

/* Whether a sentence has begun and may not end here. */
bool sentences_is_inside(const struct sentences *sentences);

/* End a story: hand out what is left. */
void sentences_end(struct sentences *sentences);

#endif
