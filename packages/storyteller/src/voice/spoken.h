/* SPDX-License-Identifier: MIT */
/* How a text is to be spoken: sounds, abbreviations and words that voices spell or mispronounce. */
#ifndef STORYTELLER_SPOKEN_H
#define STORYTELLER_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* Rewrite a sentence for a voice, word by word: there are as many words as before. What finds no
 * room in `size` bytes is left as it was, or out. knows_sounds: see speech.h. */
void spoken_text(const char *sentence, bool knows_sounds, char *spoken, size_t size);

#endif
