/* SPDX-License-Identifier: MIT */
#include "sounds.h"

#include <string.h>

/* Those that misaki counts: an article's is none. */
bool is_vowel(uint8_t phoneme) {
    static const uint8_t VOWELS[] = {P_A,  P_I,  P_O,  P_Q,  P_W,  P_Y,     P_a,
                                     P_i,  P_u,  P_AH, P_OH, P_AE, P_AW,    P_SCHWA,
                                     P_EH, P_ER, P_IH, P_UH, P_UP, P_BARRED};
    return memchr(VOWELS, phoneme, sizeof VOWELS) != NULL;
}

void sounds_add(struct sounds *sounds, uint8_t phoneme) {
    if (sounds->count < MOST_SOUNDS) {
        sounds->at[sounds->count++] = phoneme;
    }
}

void sounds_insert(struct sounds *sounds, size_t at, uint8_t phoneme) {
    if (sounds->count < MOST_SOUNDS) {
        memmove(sounds->at + at + 1, sounds->at + at, sounds->count - at);
        sounds->at[at] = phoneme;
        sounds->count++;
    }
}

void sounds_join(struct sounds *sounds, const struct sounds *more) {
    for (size_t i = 0; i < more->count; i++) {
        sounds_add(sounds, more->at[i]);
    }
}

bool sounds_have(const struct sounds *sounds, uint8_t phoneme) {
    return memchr(sounds->at, phoneme, sounds->count) != NULL;
}

void sounds_weaken(struct sounds *sounds) {
    size_t count = 0;
    for (size_t i = 0; i < sounds->count; i++) {
        uint8_t phoneme = sounds->at[i];
        if (phoneme != P_WEAK_STRESS) {
            sounds->at[count++] = phoneme == P_STRESS ? P_WEAK_STRESS : phoneme;
        }
    }
    sounds->count = count;
}

void sounds_stress(struct sounds *sounds, uint8_t stress) {
    size_t at = 0;
    if (sounds_have(sounds, P_STRESS) || sounds_have(sounds, P_WEAK_STRESS)) {
        return;
    }
    while (at < sounds->count && !is_vowel(sounds->at[at])) {
        at++;
    }
    if (at < sounds->count) {
        sounds_insert(sounds, at, stress);
    }
}

void sounds_strengthen(struct sounds *sounds) {
    if (sounds_have(sounds, P_STRESS)) {
        return;
    }
    for (size_t i = 0; i < sounds->count; i++) {
        if (sounds->at[i] == P_WEAK_STRESS) {
            sounds->at[i] = P_STRESS;
        }
    }
}

unsigned sounds_weight(const struct sounds *sounds) {
    static const uint8_t DOUBLE[] = {P_A, P_I, P_O, P_Q, P_W, P_Y, P_DZH, P_TSH};
    unsigned weight = 0;
    for (size_t i = 0; i < sounds->count; i++) {
        weight += memchr(DOUBLE, sounds->at[i], sizeof DOUBLE) != NULL ? 2 : 1;
    }
    return weight;
}
