/* SPDX-License-Identifier: MIT */
/* One sentence or clip after the other, from the voice to the player. */
#ifndef STORYTELLER_UTTERANCE_H
#define STORYTELLER_UTTERANCE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sound/player.h"
#include "voice/speech.h"

struct utterance {
    struct speech *speech;
    struct player *player;
    double first_word_s; /* clock_seconds() when the first word that is no clip is heard; 0: none */
    double think_ms;     /* per character of a sentence, before its first sound; of late */
    double thought_ms;   /* about the last sentence */
    double asked_s;      /* clock_seconds() when the voice got it; 0: it has spoken since */
    unsigned words_left; /* of the sentence, whose sound is still to come */
    atomic_int speed;    /* wanted, from the next sentence on; 0: as it is */
};

/* Words of a sentence: what stands between blanks. */
unsigned utterance_words(const char *sentence);

/* Speak a sentence, each of whose words is a mark of the player's, as far as the player takes it.
 */
void utterance_say(struct utterance *utterance, const char *sentence);

/* Play a clip of the image (clip.h), likewise; `sentence` is what it says, if its words are to be
 * marks, too: all at its start. Returns false when there is no such clip. */
bool utterance_play_clip(struct utterance *utterance, const char *name, const char *sentence);

#endif
