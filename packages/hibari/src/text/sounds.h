/* SPDX-License-Identifier: MIT */
/* Phonemes of a word, by the numbers of the network's vocabulary, and what is done to them. */
#ifndef HIBARI_SOUNDS_H
#define HIBARI_SOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_SOUNDS = 120 };

struct sounds {
    size_t count;
    uint8_t at[MOST_SOUNDS];
};

/* Those that rules name; the others come from the table. */
enum phoneme {
    P_SEMICOLON = 1,
    P_COLON = 2,
    P_COMMA = 3,
    P_STOP = 4,
    P_SHOUT = 5,
    P_QUESTION = 6,
    P_DASH = 9,
    P_OPEN = 12,
    P_CLOSE = 13,
    P_BLANK = 16,
    P_A = 24,
    P_I = 25,
    P_O = 31,
    P_Q = 33,
    P_TAP = 36,
    P_W = 39,
    P_Y = 41,
    P_SYLLABIC = 42,
    P_a = 43,
    P_d = 46,
    P_f = 48,
    P_i = 51,
    P_k = 53,
    P_l = 54,
    P_m = 55,
    P_n = 56,
    P_p = 58,
    P_s = 61,
    P_t = 62,
    P_u = 63,
    P_v = 64,
    P_z = 68,
    P_AH = 69,
    P_ARTICLE = 70,
    P_OH = 71,
    P_AE = 72,
    P_AW = 76,
    P_EDH = 81,
    P_DZH = 82,
    P_SCHWA = 83,
    P_EH = 86,
    P_ER = 87,
    P_IH = 102,
    P_NG = 112,
    P_THETA = 119,
    P_R = 123,
    P_SH = 131,
    P_TSH = 133,
    P_UH = 135,
    P_UP = 138,
    P_ZH = 147,
    P_STRESS = 156,
    P_WEAK_STRESS = 157,
    P_BARRED = 177,
};

bool is_vowel(uint8_t phoneme);

void sounds_add(struct sounds *sounds, uint8_t phoneme);
void sounds_insert(struct sounds *sounds, size_t at, uint8_t phoneme);
void sounds_join(struct sounds *sounds, const struct sounds *more);

/* Primary stresses become secondary ones, and those none. */
void sounds_weaken(struct sounds *sounds);

/* A word without stress gets this one. */
void sounds_stress(struct sounds *sounds, uint8_t stress);

/* A secondary stress becomes the primary one, where there is none. */
void sounds_strengthen(struct sounds *sounds);

bool sounds_have(const struct sounds *sounds, uint8_t phoneme);

/* How long it sounds: diphthongs and affricates count twice. */
unsigned sounds_weight(const struct sounds *sounds);

#endif
