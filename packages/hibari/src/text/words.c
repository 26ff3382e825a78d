/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <string.h>

enum {
    END = 0x80,
    REACH = 9, /* letters of a rule's longest key */
};

/* Some entries, side by side as in the file. */
struct block {
    size_t size;
    uint8_t bytes[HIBARI_BLOCK_BYTES];
};

/* An entry: its key, built upon that of the one before, and its value. */
struct entry {
    char key[HIBARI_KEY];
    size_t length;
    const uint8_t *value, *end; /* of the value */
};

/* Behind the byte that ends a key or a value; NULL: the table ends before. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at & END) == 0) {
        at++;
    }
    return at < end ? at + 1 : NULL;
}

/* The entry at `at`. Returns where the next one is; NULL: there is none, or it is damaged. */
static const uint8_t *read_entry(struct entry *entry, const uint8_t *at, const uint8_t *end) {
    if (at >= end || *at > entry->length) {
        return NULL;
    }
    size_t shared = *at++;
    const uint8_t *value = behind(at, end);
    if (value == NULL || shared + (size_t)(value - at) > HIBARI_KEY) {
        return NULL;
    }
    entry->length = shared;
    while (at < value) {
        entry->key[entry->length++] = (char)(*at++ & ~END);
    }
    entry->value = value;
    entry->end = behind(value, end);
    return entry->end;
}

static int compare(const struct entry *entry, const char *key, size_t length) {
    size_t both = entry->length < length ? entry->length : length;
    int order = memcmp(entry->key, key, both);
    return order != 0 ? order : (entry->length > length) - (entry->length < length);
}

static uint32_t blocks(const struct hibari_table *table) {
    return (table->count + HIBARI_BLOCK - 1) / HIBARI_BLOCK;
}

/* Where a block begins among the entries, and so where the one before ends. */
static uint32_t place_of(const struct hibari_table *table, uint32_t which) {
    const uint8_t *at = table->index + (size_t)which * 4;
    if (which == blocks(table)) {
        return table->bytes;
    }
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Reads a block, and its first entry. Returns where the next one is; NULL: there is none. */
static const uint8_t *open_block(struct block *block, const struct hibari_words *words,
                                 const struct hibari_table *table, uint32_t which,
                                 struct entry *entry) {
    uint32_t from = place_of(table, which), to = place_of(table, which + 1);
    if (from >= to || to > table->bytes || to - from > sizeof block->bytes ||
        fseek(words->file, table->place + (long)from, SEEK_SET) != 0) {
        return NULL;
    }
    block->size = fread(block->bytes, 1, to - from, words->file);
    entry->length = 0;
    return read_entry(entry, block->bytes, block->bytes + block->size);
}

/* The entry's value lies in `block`. */
static bool find(const struct hibari_words *words, const struct hibari_table *table,
                 const char *key, size_t length, struct block *block, struct entry *entry) {
    uint32_t low = 0, high = blocks(table);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (open_block(block, words, table, middle, entry) == NULL) {
            return false;
        }
        if (compare(entry, key, length) <= 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const uint8_t *at = open_block(block, words, table, low, entry);
    for (; at != NULL; at = read_entry(entry, at, block->bytes + block->size)) {
        int order = compare(entry, key, length);
        if (order >= 0) {
            return order == 0;
        }
    }
    return false;
}

/* Adds the phonemes of codes up to the next variant. Returns where that begins. */
static const uint8_t *add(const struct hibari_words *words, const uint8_t *at, const uint8_t *end,
                          struct sounds *sounds) {
    for (; at < end && (*at & ~END) < HIBARI_CODES; at++) {
        uint8_t id = words->ids[*at & ~END];
        if (id != 0) {
            sounds_add(sounds, id);
        }
    }
    return at;
}

bool words_find(const struct hibari_words *words, const char *word, size_t length, unsigned uses,
                struct sounds *sounds) {
    struct block block;
    struct entry entry;
    sounds->count = 0;
    if (!find(words, &words->words, word, length, &block, &entry)) {
        return false;
    }
    const uint8_t *at = add(words, entry.value, entry.end, sounds);
    while (at < entry.end) {
        unsigned use = (*at++ & ~(unsigned)END) - HIBARI_CODES;
        struct sounds other = {0};
        at = add(words, at, entry.end, &other);
        if (use < USES && (uses >> use & 1) != 0) {
            *sounds = other;
            break;
        }
    }
    return true;
}

/* The letter, then those around it, the next ones first; _ beyond the word. */
static void look_around(const char *word, size_t length, size_t at, char around[REACH]) {
    for (size_t i = 0; i < REACH; i++) {
        size_t distance = (i + 1) / 2;
        size_t place = i % 2 == 1 ? at + distance : at - distance;
        around[i] = place < length ? word[place] : '_';
    }
}

static bool is_vowel_at(const char *word, size_t at) {
    return strchr(at > 0 ? "aeiouy" : "aeiou", word[at]) != NULL;
}

/* How a letter sounds in a short stressed word. */
static uint8_t short_vowel(char letter) {
    switch (letter) {
    case 'a':
        return P_AE;
    case 'e':
        return P_EH;
    case 'o':
        return P_AH;
    case 'u':
        return P_UP;
    default:
        return P_IH;
    }
}

/* No schwa is stressed: in a word without another vowel, that of its first vowel letter, at
 * `place`, becomes a full one. Nor are the last `light` sounds. */
static void stress_full_vowel(struct sounds *sounds, size_t place, uint8_t full, size_t light) {
    if (sounds_have(sounds, P_STRESS)) {
        return;
    }
    for (size_t i = 0; i + light < sounds->count; i++) {
        if (is_vowel(sounds->at[i]) && sounds->at[i] != P_SCHWA) {
            sounds_insert(sounds, i, P_STRESS);
            return;
        }
    }
    if (place < sounds->count &&
        (sounds->at[place] == P_SCHWA || sounds->at[place] == P_SYLLABIC)) {
        sounds->at[place] = full;
    } else {
        sounds_insert(sounds, place, full);
    }
    sounds_insert(sounds, place, P_STRESS);
}

/* Abby, Connie: at the last vowel, which is not the only one. */
static bool is_light_end(const char *word, size_t length, size_t at) {
    bool is_y = at + 1 == length && word[at] == 'y';
    bool is_ie = at + 2 == length && memcmp(word + at, "ie", 2) == 0;
    for (size_t i = 0; (is_y || is_ie) && i < at; i++) {
        if (is_vowel_at(word, i)) {
            return true;
        }
    }
    return false;
}

void words_spell(const struct hibari_words *words, const char *word, size_t length,
                 struct sounds *sounds) {
    bool stressed = false;
    uint8_t full = 0;
    size_t place = 0, light = 0; /* of the first vowel letter's sound; sounds at the end */
    sounds->count = 0;
    for (size_t at = 0; at < length; at++) {
        struct block block;
        struct entry entry;
        struct sounds one = {0};
        char around[REACH];
        look_around(word, length, at, around);
        for (size_t reach = REACH; reach > 0; reach--) {
            if (find(words, &words->rules, around, reach, &block, &entry)) {
                (void)add(words, entry.value, entry.end, &one);
                break;
            }
        }
        if (full == 0 && is_vowel_at(word, at)) {
            full = short_vowel(word[at]);
            place = sounds->count;
        }
        if (sounds_have(&one, P_i) && is_light_end(word, length, at)) {
            sounds_weaken(&one);
            sounds_weaken(&one);
            light = 1;
        }
        /* Each letter knows little of the others: the first main stress counts. */
        if (stressed) {
            sounds_weaken(&one);
        }
        stressed = stressed || sounds_have(&one, P_STRESS);
        sounds_join(sounds, &one);
    }
    sounds_strengthen(sounds);
    if (full != 0) {
        stress_full_vowel(sounds, place, full, light);
    }
}
