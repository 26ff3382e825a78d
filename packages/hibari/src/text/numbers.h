/* SPDX-License-Identifier: MIT */
/* Numbers in words: 1,250; 3rd; 1999; 3.5; 7:30; $2.50; 50%; 3/4; 555-0123. */
#ifndef HIBARI_NUMBERS_H
#define HIBARI_NUMBERS_H

#include <stddef.h>

enum { NUMBER_WORDS = 512 }; /* bytes of the longest number's words, with the NUL */

/* Writes the number at the start of a text, in words with a blank between them; two where there is
 * one in the text, as in $3 million. Returns the bytes of the text that it is; 0: it begins with
 * none. */
size_t number_read(const char *text, char words[NUMBER_WORDS]);

#endif
