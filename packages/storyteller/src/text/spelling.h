/* SPDX-License-Identifier: MIT */
/* One spelling for words that can be written in many. */
#ifndef STORYTELLER_SPELLING_H
#define STORYTELLER_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

/* The text in small ASCII letters: capital letters, accents and the letters of other alphabets that
 * look like ours become what they look like, invisible characters vanish, and what else lies beyond
 * ASCII becomes a space. Digits and signs stay. size: of `plain`, at least 1. */
void spelling_fold(const char *text, char *plain, size_t size);

/* The folded text as words of letters with one space between them, none at the ends. */
void spelling_words(const char *text, char *words, size_t size);

/* Whether a folded token may be meant as this word: digits and signs stand for the letters that
 * they look like, * and # for any, and letters are drawn out ("k1ll", "f*ck", "kiiill").
 * is_start: the token may go on behind the word. */
bool spelling_means(const char *token, const char *word, bool is_start);

/* Whether a folded token may begin as this word does: no other can mean it. Fast. */
bool spelling_may_begin(const char *token, const char *word);

#endif
