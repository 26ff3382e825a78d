/* SPDX-License-Identifier: MIT */
#include "story/repeats.h"

#include <ctype.h>
#include <string.h>

#include "text/sentence.h"
#include "text/spelling.h"

#define GRAM_WORDS 4
#define GRAMS_AT_MOST (SENTENCE_BYTES / 2)
/* Children's stories say short things twice ("Thank you!"), so few words prove nothing. */
#define FEWEST_GRAMS 3
#define TIMES_IN_A_SENTENCE 3
/* So often a sentence may come in a story; one of fewer than four words, in a row. */
#define TIMES_AT_MOST 2

static uint32_t hash(const char *text, size_t length) {
    uint32_t value = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < length; i++) {
        value = (value ^ (unsigned char)text[i]) * 16777619u;
    }
    return value;
}

/* Words of letters and digits, with a space behind each, the last one too. */
static void normalise(const char *sentence, char *words, size_t size) {
    size_t length = 0;

    spelling_fold(sentence, words, size);
    for (const char *at = words; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at)) {
            words[length++] = *at;
        } else if (length > 0 && words[length - 1] != ' ') {
            words[length++] = ' ';
        }
    }
    if (length > 0 && words[length - 1] != ' ' && length + 1 < size) {
        words[length++] = ' ';
    }
    words[length] = '\0';
}

/* Hashes of each row of four words of a sentence. Returns how many. */
static size_t find_grams(const char *sentence, uint32_t grams[GRAMS_AT_MOST], uint32_t *whole) {
    char words[SENTENCE_BYTES];
    size_t starts[GRAMS_AT_MOST + 1], count = 0;

    normalise(sentence, words, sizeof(words));
    *whole = hash(words, strlen(words));
    for (char *at = words; *at != '\0' && count < GRAMS_AT_MOST; at++) {
        if (*at != ' ' && (at == words || at[-1] == ' ')) {
            starts[count++] = (size_t)(at - words);
        }
    }
    if (count < GRAM_WORDS) {
        return 0;
    }
    starts[count] = strlen(words);
    for (size_t i = 0; i + GRAM_WORDS <= count; i++) {
        grams[i] = hash(words + starts[i], starts[i + GRAM_WORDS] - starts[i]);
    }
    return count - GRAM_WORDS + 1;
}

/* Whether one word stands four times in a row. */
static bool has_echo(const char *sentence) {
    char words[SENTENCE_BYTES];
    int times = 1;

    normalise(sentence, words, sizeof(words));
    for (const char *at = words, *end; (end = strchr(at, ' ')) != NULL; at = end + 1) {
        size_t length = (size_t)(end + 1 - at);

        times = strncmp(at, end + 1, length) == 0 ? times + 1 : 1;
        if (times == GRAM_WORDS) {
            return true;
        }
    }
    return false;
}

static size_t count_of(const uint32_t *grams, size_t count, uint32_t gram) {
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        found += grams[i] == gram ? 1 : 0;
    }
    return found;
}

void repeats_begin(struct repeats *repeats) {
    memset(repeats, 0, sizeof(*repeats));
}

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

/* How often the sentence with this hash came before: since another came, or at all. */
static size_t times_told(const struct repeats *repeats, uint32_t whole, bool is_row) {
    size_t kept = at_most(repeats->sentence_count, REPEATS_SENTENCES), times = 0;

    for (size_t i = 1; i <= kept; i++) {
        size_t place = (repeats->sentence_count - i) % REPEATS_SENTENCES;

        if (repeats->sentences[place] == whole) {
            times++;
        } else if (is_row) {
            break;
        }
    }
    return times;
}

bool repeats_is_loop(const struct repeats *repeats, const char *sentence) {
    uint32_t grams[GRAMS_AT_MOST], whole;
    size_t count = find_grams(sentence, grams, &whole), old = 0;
    size_t kept = at_most(repeats->gram_count, REPEATS_GRAMS);

    for (size_t i = 0; i < count; i++) {
        if (count_of(grams, count, grams[i]) >= TIMES_IN_A_SENTENCE) {
            return true;
        }
        old += count_of(repeats->grams, kept, grams[i]) > 0 ? 1 : 0;
    }
    return has_echo(sentence) || (count >= FEWEST_GRAMS && old == count) ||
           times_told(repeats, whole, count == 0) >= TIMES_AT_MOST;
}

void repeats_add(struct repeats *repeats, const char *sentence) {
    uint32_t grams[GRAMS_AT_MOST], whole;
    size_t count = find_grams(sentence, grams, &whole);

    for (size_t i = 0; i < count; i++) {
        repeats->grams[repeats->gram_count++ % REPEATS_GRAMS] = grams[i];
    }
    repeats->sentences[repeats->sentence_count++ % REPEATS_SENTENCES] = whole;
}
