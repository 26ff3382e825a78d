/* SPDX-License-Identifier: MIT */
#include "sound/mixer_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define WORDS 12
#define WORD_BYTES 16
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Beginnings of words that name an input, a way from an input to an output, or a switch that is not
 * for sound to be heard. "Line" is one unless "out" follows. */
static const char *const INPUT_STEMS[] = {
    "adc",   "ain",   "amic",   "aux",  "beep",  "boost",   "bypass", "capture", "deemph", "dir",
    "dmic",  "feed",  "guitar", "iec",  "input", "instr",   "linein", "linput",  "loop",   "mic",
    "mik",   "modem", "monit",  "mute", "pdif",  "phantom", "phono",  "radio",   "record", "rinput",
    "sidet", "spdif", "talk",   "thr",  "tone",  "tuner",   "video",
};
static const char *const INPUTS[] = {"cd", "db", "fm", "in", "line", "pc", "phone", "tv"};

/* Words that name an output, and words that may stand beside them. */
static const char *const OUTPUTS[] = {
    "amp",        "amplifier", "center",   "dac",  "digital", "front",   "headphone",
    "headphones", "hifi",      "hp",       "lfe",  "lineout", "main",    "master",
    "out",        "output",    "pcm",      "rear", "side",    "speaker", "speakers",
    "spk",        "subwoofer", "surround", "wave",
};
static const char *const BESIDES[] = {"back", "channel",  "left",  "line",  "mixer",
                                      "mono", "playback", "right", "stereo"};

/* The words of a name, in small letters; what is no letter stands between them. */
struct words {
    char text[WORDS][WORD_BYTES];
    size_t count;
};

static void split(const char *name, struct words *words) {
    words->count = 0;
    while (words->count < WORDS) {
        size_t length = 0;

        while (*name != '\0' && !isalpha((unsigned char)*name)) {
            name++;
        }
        if (*name == '\0') {
            return;
        }
        for (; isalpha((unsigned char)*name); name++) {
            if (length < WORD_BYTES - 1) {
                words->text[words->count][length++] = (char)tolower((unsigned char)*name);
            }
        }
        words->text[words->count++][length] = '\0';
    }
}

static bool is_in(const char *word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_input(const struct words *words, size_t at) {
    const char *word = words->text[at], *next = at + 1 < words->count ? words->text[at + 1] : "";

    for (size_t i = 0; i < COUNT(INPUT_STEMS); i++) {
        if (strncmp(word, INPUT_STEMS[i], strlen(INPUT_STEMS[i])) == 0) {
            return true;
        }
    }
    if (strcmp(word, "line") == 0 && strncmp(next, "out", 3) == 0) {
        return false;
    }
    return is_in(word, INPUTS, COUNT(INPUTS));
}

/* Of the words before the last one, which is the function. */
static enum mixer_use use_of(const struct words *words) {
    bool is_playback = false, is_output = false, is_known = true;

    for (size_t at = 0; at + 1 < words->count; at++) {
        const char *word = words->text[at];

        if (is_input(words, at)) {
            return MIXER_INPUT;
        }
        is_playback = is_playback || strcmp(word, "playback") == 0;
        is_output = is_output || is_in(word, OUTPUTS, COUNT(OUTPUTS));
        is_known = is_known &&
                   (is_in(word, OUTPUTS, COUNT(OUTPUTS)) || is_in(word, BESIDES, COUNT(BESIDES)));
    }
    if (is_known && is_output) {
        return MIXER_OUR_SOUND;
    }
    return is_playback ? MIXER_PLAYBACK : MIXER_OTHER;
}

enum mixer_use mixer_use_of(const char *name) {
    struct words words;
    enum mixer_use use;
    const char *last;

    split(name, &words);
    if (words.count == 0 || words.count == WORDS) {
        return MIXER_OTHER;
    }
    use = use_of(&words);
    last = words.text[words.count - 1];
    if (use == MIXER_INPUT || strcmp(last, "switch") == 0 || strcmp(last, "volume") == 0) {
        return use;
    }
    return MIXER_OTHER;
}
