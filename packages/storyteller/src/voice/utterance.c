/* SPDX-License-Identifier: MIT */
#include "voice/utterance.h"

#include <clock.h>
#include <limits.h>
#include <string.h>

#include "stop.h"
#include "voice/clip.h"

/* What must lie ready when the voice begins to think about a sentence, and for as long as it
 * thinks, which it does unheard. If it does not, the pause before the sentence gets longer, rather
 * than a gap in it. */
#define READY_MS 300u
#define THINK_MOST_MS 1500.0
#define PART_SAMPLES 256

/* How long what is written now will wait for its turn. */
static double ahead_s(struct utterance *utterance) {
    int level_ms = player_level_ms(utterance->player);

    return level_ms < INT_MAX ? level_ms * 1e-3 : 0.0;
}

static bool play(void *user, const int16_t *samples, size_t count) {
    struct utterance *utterance = user;

    if (utterance->first_word_s <= 0.0 && utterance->asked_s > 0.0) {
        utterance->first_word_s = clock_seconds() + ahead_s(utterance);
    }
    if (utterance->asked_s > 0.0) {
        utterance->thought_ms = 1e3 * (clock_seconds() - utterance->asked_s);
    }
    utterance->asked_s = 0.0;
    return !stop_is_wanted() && player_write(utterance->player, samples, count);
}

/* The voice begins a word; it may know of more words than stand between blanks, or of fewer. */
static void begin_word(void *user) {
    struct utterance *utterance = user;

    if (utterance->words_left > 0) {
        utterance->words_left--;
        player_mark(utterance->player);
    }
}

unsigned utterance_words(const char *sentence) {
    unsigned count = 0;

    for (bool was_blank = true; *sentence != '\0'; sentence++) {
        count += was_blank && *sentence != ' ' ? 1 : 0;
        was_blank = *sentence == ' ';
    }
    return count;
}

static void begin_all_words(struct utterance *utterance) {
    while (utterance->words_left > 0) {
        begin_word(utterance);
    }
}

bool utterance_play_clip(struct utterance *utterance, const char *name, const char *sentence) {
    int16_t samples[PART_SAMPLES];
    struct clip clip;
    size_t count;

    if (!clip_open(&clip, name, utterance->speech->rate)) {
        return false;
    }
    utterance->words_left = utterance_words(sentence);
    begin_all_words(utterance);
    do {
        count = clip_read(&clip, samples, PART_SAMPLES);
    } while (count > 0 && play(utterance, samples, count));
    clip_close(&clip);
    return true;
}

/* What must lie ready before a sentence, in milliseconds: the voice will think about it as long,
 * per character, as about the last ones. */
static unsigned ready_ms(const struct utterance *utterance, size_t length) {
    double expected = utterance->think_ms * (double)length;

    return READY_MS + (unsigned)(expected < THINK_MOST_MS ? expected : THINK_MOST_MS);
}

static void learn(struct utterance *utterance, size_t length) {
    double before_ms = utterance->think_ms;
    double think_ms = utterance->thought_ms / (double)length;

    utterance->think_ms = think_ms > before_ms ? think_ms : (before_ms + think_ms) / 2;
}

void utterance_say(struct utterance *utterance, const char *sentence) {
    const struct speech_sink sink = {play, begin_word, utterance};
    int speed = atomic_exchange(&utterance->speed, 0);
    size_t length = strlen(sentence);

    if (speed > 0) {
        speech_set_speed(utterance->speech, speed);
    }
    player_keep_up(utterance->player, ready_ms(utterance, length));
    utterance->asked_s = clock_seconds();
    utterance->words_left = utterance_words(sentence);
    speech_say(utterance->speech, sentence, &sink);
    begin_all_words(utterance);
    learn(utterance, length);
}
