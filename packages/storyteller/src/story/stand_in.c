/* SPDX-License-Identifier: MIT */
#include "story/stand_in.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text/article.h"
#include "text/random.h"

/* Words of pocket's training that may be he and she, or are always one of them, and none that its
 * plots use for something else. */
static const char *const HEROES[] = {"fox", "bear", "mouse", "tiger", "dragon", "owl", NULL};
static const char *const WOMEN[] = {"queen", "princess", NULL};
static const char *const MEN[] = {"king", "prince", NULL};
static const char *const PLACES[] = {"park", "hill", "meadow", "market", NULL};
static const char *const THINGS[] = {"drum", "lantern", "shell", "bell", NULL};

/* The last word or the end of it, by which English tells. */
static const char *const SAYS_SHE[] = {
    "ess",  "girl", "woman",  "mother",  "mum",   "mom",   "mama",    "sister", "aunt", "queen",
    "lady", "nana", "granny", "grandma", "witch", "bride", "heroine", "maid",   NULL};
static const char *const SAYS_HE[] = {"boy",     "man",     "father", "dad",    "papa",
                                      "brother", "uncle",   "king",   "prince", "lord",
                                      "sir",     "grandpa", "wizard", "groom",  NULL};
static const char NAMED[] = " named ";

static bool ends_like(const char *word, const char *const ends[]) {
    size_t length = strlen(word);

    for (; *ends != NULL; ends++) {
        size_t end = strlen(*ends);

        if (length >= end && strcmp(word + length - end, *ends) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_inside(const char *text, const char *at) {
    return at > text && isalnum((unsigned char)at[-1]);
}

/* Where a word stands in a text, alone or before an s or an apostrophe; NULL: nowhere. */
static const char *find_word(const char *text, const char *word) {
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        if (!is_inside(text, at) && !isalnum((unsigned char)at[length])) {
            return at;
        }
    }
    return NULL;
}

/* Whether the model learned each part of a word as one piece. */
static bool is_known(const struct llama *llama, const char *word) {
    char part[TOPIC_BYTES];

    for (const char *at = word; *at != '\0';) {
        size_t length = strcspn(at, " -");

        snprintf(part, sizeof(part), "%.*s", (int)length, at);
        if (length > 0 && !llama_knows(llama, part)) {
            return false;
        }
        at += length + strspn(at + length, " -");
    }
    return true;
}

/* One of them that the model knows and the text does not hold; NULL: none. */
static const char *choose(const char *const some[], const struct llama *llama, const char *text,
                          uint64_t *state) {
    size_t count = 0, first;

    while (some[count] != NULL) {
        count++;
    }
    first = next_random(state) % count;
    for (size_t i = 0; i < count; i++) {
        const char *one = some[(first + i) % count];

        if (llama_knows(llama, one) && find_word(text, one) == NULL) {
            return one;
        }
    }
    return NULL;
}

/* In the whole text. What does not fit is cut off. */
static void replace(char prompt[PROMPT_BYTES], const char *old, const char *new) {
    struct stand_ins one = {.count = 1};
    char before[PROMPT_BYTES];

    snprintf(before, sizeof(before), "%s", prompt);
    snprintf(one.each[0].told, sizeof(one.each[0].told), "%s", old);
    snprintf(one.each[0].meant, sizeof(one.each[0].meant), "%s", new);
    stand_ins_undo(&one, before, prompt, PROMPT_BYTES);
}

static void add(struct stand_ins *stand_ins, const char *told, const char *meant) {
    struct stand_in *one = &stand_ins->each[stand_ins->count++];

    snprintf(one->told, sizeof(one->told), "%s", told);
    snprintf(one->meant, sizeof(one->meant), "%s", meant);
}

static const char *const *cast_for(enum list_kind kind, const char *word) {
    if (kind == LIST_PLACES) {
        return PLACES;
    }
    if (kind == LIST_THINGS) {
        return THINGS;
    }
    return ends_like(word, SAYS_SHE) ? WOMEN : ends_like(word, SAYS_HE) ? MEN : HEROES;
}

static bool is_drawn(const struct list *list, const char *word) {
    for (size_t i = 0; i < list->drawn; i++) {
        if (list->words[i] == word) {
            return true;
        }
    }
    return false;
}

/* Whether a place in an opening is one for words of this kind: some words are of several. The first
 * sentence begins with the hero, places have "the", and things come after it without. */
static bool is_place_for(enum list_kind kind, const char *opening, const char *at) {
    const char *end = strpbrk(opening, "."), *who = strstr(opening, " who ");
    bool has_the = at - opening >= 4 && strncmp(at - 4, "the ", 4) == 0;

    if (kind == LIST_PLACES) {
        return has_the;
    }
    if (kind == LIST_THINGS) {
        return !has_the && end != NULL && at > end;
    }
    return (end == NULL || at < end) && (who == NULL || at < who);
}

/* Without marks, as list_find wants it. */
static void flatten(const char *opening, char flat[PROMPT_BYTES]) {
    size_t i = 0;

    for (; opening[i] != '\0'; i++) {
        flat[i] = opening[i];
        if (strchr(".,!?", opening[i]) != NULL) {
            flat[i] = ' ';
        }
    }
    flat[i] = '\0';
}

/* A word of this kind that the model does not know; NULL: none. */
static const char *find_unknown(const struct words *words, enum list_kind kind,
                                const struct llama *llama, const char opening[PROMPT_BYTES]) {
    const struct list *list = words_list(words, kind);
    char flat[PROMPT_BYTES];

    flatten(opening, flat);
    for (size_t i = 0; flat[i] != '\0'; i++) {
        const char *word = NULL;
        size_t length;

        if (!is_inside(flat, flat + i) && is_place_for(kind, opening, opening + i)) {
            word = list_find(list, flat + i, &length);
        }
        if (word != NULL) {
            /* It may have learned the others as words, but not to tell of them. */
            if (!is_drawn(list, word) || !is_known(llama, word)) {
                return word;
            }
            i += length - 1;
        }
    }
    return NULL;
}

/* "Mia" is "the girl", which has a capital letter only where a sentence begins. */
static void replace_name(char prompt[PROMPT_BYTES], const char *name, const char *bearer) {
    char *at = prompt;

    replace(prompt, name, bearer);
    while ((at = strstr(at, "The ")) != NULL) {
        bool begins = at == prompt || (at - prompt > 1 && strchr(".!?", at[-2]) != NULL);

        *at = begins ? 'T' : 't';
        at++;
    }
}

/* The start of the hero's words that end at `end`: of the longest of the list, or of one word. */
static const char *find_bearer(const struct list *heroes, const char *text, const char *end) {
    const char *start = end, *longest = NULL;
    char words[TOPIC_BYTES];

    while (start > text && end - start < TOPIC_BYTES) {
        start--;
        if (start == text || start[-1] == ' ') {
            snprintf(words, sizeof(words), "%.*s", (int)(end - start), start);
            longest = longest == NULL || list_has(heroes, words) ? start : longest;
        }
    }
    return longest;
}

/* "a girl named Mia. One day, Mia": the model hears of "a girl. One day, the girl". */
static void hide_names(struct stand_ins *stand_ins, const struct list *heroes,
                       char prompt[PROMPT_BYTES]) {
    char *named, name[TOPIC_BYTES], bearer[TOPIC_BYTES + 4] = "the ";
    char *noun = bearer + strlen(bearer);

    while (stand_ins->count < 2 && (named = strstr(prompt, NAMED)) != NULL) {
        const char *behind = named + strlen(NAMED), *start = find_bearer(heroes, prompt, named);
        size_t length = strcspn(behind, " .,");

        if (start == NULL || length == 0 || length >= sizeof(name)) {
            return;
        }
        snprintf(noun, TOPIC_BYTES, "%.*s", (int)(named - start), start);
        if (find_word(prompt, noun) != start || find_word(start + 1, noun) != NULL) {
            return; /* of two girls, it could not be told which one is meant */
        }
        snprintf(name, sizeof(name), "%.*s", (int)length, behind);
        memmove(named, behind + length, strlen(behind + length) + 1);
        replace_name(prompt, name, bearer);
        add(stand_ins, bearer, name);
    }
}

/* "the silkworm" is Mia: then so is the fox that stands in for the silkworm. */
static void rename_bearers(struct stand_ins *stand_ins, size_t names, const char *old,
                           const char *new) {
    for (size_t i = 0; i < names; i++) {
        char *told = stand_ins->each[i].told;

        if (strcmp(told + strlen("the "), old) == 0) {
            snprintf(told, sizeof(stand_ins->each[i].told), "the %s", new);
        }
    }
}

void stand_ins_choose(struct stand_ins *stand_ins, const struct words *words,
                      const struct llama *llama, const char *opening, uint64_t seed,
                      char prompt[PROMPT_BYTES]) {
    static const enum list_kind KINDS[] = {LIST_HEROES, LIST_PLACES, LIST_THINGS};
    size_t names;

    stand_ins->count = 0;
    snprintf(prompt, PROMPT_BYTES, "%s", opening);
    hide_names(stand_ins, words_list(words, LIST_HEROES), prompt);
    names = stand_ins->count;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        const char *word, *other;

        while (stand_ins->count < STAND_INS &&
               (word = find_unknown(words, KINDS[i], llama, prompt)) != NULL &&
               (other = choose(cast_for(KINDS[i], word), llama, prompt, &seed)) != NULL) {
            replace(prompt, word, other);
            rename_bearers(stand_ins, names, word, other);
            add(stand_ins, other, word);
        }
    }
}

/* The text so far, of which the end may still have to become "a" or "an". */
struct meant {
    char *text;
    size_t size;
    size_t length;
};

static void append(struct meant *meant, const char *text, size_t length) {
    size_t room = meant->size - 1 - meant->length;

    length = length < room ? length : room;
    memcpy(meant->text + meant->length, text, length);
    meant->length += length;
    meant->text[meant->length] = '\0';
}

static void fit_article(struct meant *meant, const char *word) {
    static const char *const ARTICLES[] = {"an ", "a "};

    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(ARTICLES[i]);
        size_t start = meant->length - length;

        if (meant->length >= length && !is_inside(meant->text, meant->text + start) &&
            strcasecmp(meant->text + start, ARTICLES[i]) == 0) {
            meant->length = start + 1; /* "a" stays, small or capital */
            append(meant, article_of(word) + 1, strlen(article_of(word)) - 1);
            append(meant, " ", 1);
            return;
        }
    }
}

/* The one whose words the text begins with, in small letters or with a capital; NULL: none. */
static const struct stand_in *find(const struct stand_ins *stand_ins, const char *text) {
    for (size_t i = 0; i < stand_ins->count; i++) {
        const struct stand_in *one = &stand_ins->each[i];
        size_t length = strlen(one->told);
        bool is_same = tolower((unsigned char)text[0]) == tolower((unsigned char)one->told[0]) &&
                       strncmp(text + 1, one->told + 1, length - 1) == 0;
        const char *end = text + length;

        if (is_same &&
            (!isalnum((unsigned char)*end) || (*end == 's' && !isalnum((unsigned char)end[1])))) {
            return one;
        }
    }
    return NULL;
}

void stand_ins_undo(const struct stand_ins *stand_ins, const char *text, char *meant, size_t size) {
    struct meant out = {.text = meant, .size = size};

    meant[0] = '\0';
    for (const char *at = text; *at != '\0';) {
        const struct stand_in *one = is_inside(text, at) ? NULL : find(stand_ins, at);

        if (one == NULL) {
            append(&out, at++, 1);
            continue;
        }
        fit_article(&out, one->meant);
        append(&out, one->meant, strlen(one->meant));
        if (isupper((unsigned char)*at) && out.length >= strlen(one->meant)) {
            char *first = &out.text[out.length - strlen(one->meant)];

            *first = (char)toupper((unsigned char)*first);
        }
        at += strlen(one->told);
    }
}
