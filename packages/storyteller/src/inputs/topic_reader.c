/* SPDX-License-Identifier: MIT */
/*
 * From left to right, the longest words of the lists: the first hero is the story's, a second one
 * its friend. Words before them tell places and things from heroes: "on the moon", "with a rose".
 */
#include "inputs/topic_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "inputs/clues.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum part { PART_NONE, PART_HERO, PART_PLACE, PART_THING, PART_NAME, PARTS };

/* The words of one place in the text, as what they may be. */
struct match {
    const char *words[PARTS]; /* NULL: not this part */
    size_t length;
    const char *child; /* whom the name is of: "girl", "boy", "child" */
};

struct reader {
    const struct words *words;
    struct topic *topic;
    const char *before;       /* the word before this one */
    enum part wanted;         /* what the words since the last part announce */
    char traits[TOPIC_BYTES]; /* of the part that follows */
    char loose[TOPIC_BYTES];  /* of no part: "a dog that is brave" */
    char *called;             /* who was just named and has no name: hero or friend; or NULL */
    const char *name;         /* where the name is that ends before this word; or NULL */
    const char *child;        /* whom that name is of */
    bool is_left_out;         /* the next part is named to be left out: "no dragon" */
    bool hurts;               /* somebody hurts whom the next part is */
    bool is_cruel;            /* it was somebody */
};

static const struct {
    enum list_kind list;
    enum part part;
    const char *child;
    bool has_sign; /* it is one only where a name is wanted: "a boy named Will" */
} LOOKED_UP[] = {
    {LIST_HEROES, PART_HERO, NULL, false},       {LIST_PLACES, PART_PLACE, NULL, false},
    {LIST_THINGS, PART_THING, NULL, false},      {LIST_GIRLS, PART_NAME, "girl", false},
    {LIST_BOYS, PART_NAME, "boy", false},        {LIST_CHILDREN, PART_NAME, "child", false},
    {LIST_NAMED_GIRLS, PART_NAME, "girl", true}, {LIST_NAMED_BOYS, PART_NAME, "boy", true},
};

/* What a word announces. */
static const struct {
    const char *word;
    enum part part;
} SIGNS[] = {
    {"in", PART_PLACE},   {"on", PART_PLACE},     {"at", PART_PLACE},     {"to", PART_PLACE},
    {"near", PART_PLACE}, {"under", PART_PLACE},  {"into", PART_PLACE},   {"by", PART_PLACE},
    {"from", PART_PLACE}, {"inside", PART_PLACE}, {"visits", PART_PLACE}, {"with", PART_THING},
    {"has", PART_THING},  {"had", PART_THING},    {"finds", PART_THING},  {"found", PART_THING},
    {"eats", PART_THING}, {"likes", PART_THING},  {"loves", PART_THING},  {"wants", PART_THING},
    {"named", PART_NAME}, {"called", PART_NAME},  {"name", PART_NAME},
};

/* Names have no plural: "lives" is no Liv; but "toms dog" may have lost its apostrophe. */
static bool is_form_of_name(const char *name, const char *text, size_t length) {
    return length == strlen(name) ||
           (length == strlen(name) + 1 && text[length - 1] == 's' && text[length] == ' ');
}

/* The longest words, as all the parts that words of this length may be. */
static struct match look_up(const struct words *words, const char *text, enum part wanted) {
    struct match match = {.length = 0};

    for (size_t i = 0; i < COUNT(LOOKED_UP); i++) {
        size_t length;
        const char *found = list_find(words_list(words, LOOKED_UP[i].list), text, &length);

        if (found != NULL && LOOKED_UP[i].part == PART_NAME &&
            (!is_form_of_name(found, text, length) ||
             (LOOKED_UP[i].has_sign && wanted != PART_NAME))) {
            continue;
        }
        if (length > match.length) {
            match = (struct match){.length = length};
        }
        if (found != NULL && length == match.length && match.words[LOOKED_UP[i].part] == NULL) {
            match.words[LOOKED_UP[i].part] = found;
            match.child = LOOKED_UP[i].child != NULL ? LOOKED_UP[i].child : match.child;
        }
    }
    return match;
}

static bool has_room(const struct reader *reader, enum part part) {
    const struct topic *topic = reader->topic;

    switch (part) {
    case PART_PLACE:
        return topic->place[0] == '\0';
    case PART_THING:
        return topic->thing[0] == '\0';
    case PART_HERO:
    case PART_NAME:
        return topic->hero[0] == '\0' || topic->friend[0] == '\0' || reader->called != NULL;
    default:
        return false;
    }
}

/* Whether the words are the second half of the name before them: "Anna Maria". */
static bool goes_on_name(const struct reader *reader, const struct match *match) {
    return reader->name != NULL && match->words[PART_NAME] != NULL && reader->child == match->child;
}

/* What the words are taken for; PART_NONE: all that they could be is there already. */
static enum part choose(const struct reader *reader, const struct match *match) {
    const struct topic *topic = reader->topic;
    enum part order[] = {reader->wanted, PART_HERO, PART_PLACE, PART_NAME, PART_THING, PART_HERO};

    if (clue_is_article(reader->before)) { /* "a daisy" is no girl */
        order[3] = PART_THING;
        order[4] = PART_NAME;
    }
    if (topic->hero[0] != '\0') {
        order[1] = PART_NONE; /* a friend only if it is nothing else */
    }
    if (goes_on_name(reader, match)) {
        return PART_NAME;
    }
    for (size_t i = 0; i < COUNT(order); i++) {
        if (match->words[order[i]] != NULL && has_room(reader, order[i])) {
            return order[i];
        }
    }
    return PART_NONE;
}

/* "brave" and "dog" make "brave dog"; where that is too long, the dog is enough. */
static void set(char *to, size_t size, const char *traits, const char *word) {
    size_t length = strlen(traits) + strlen(word) + 1;

    snprintf(to, size, "%s%s%s", length < size ? traits : "",
             length < size && traits[0] != '\0' ? " " : "", word);
}

static void set_person(struct reader *reader, const char *word) {
    struct topic *topic = reader->topic;

    if (topic->hero[0] == '\0') {
        snprintf(topic->trait, sizeof(topic->trait), "%s", reader->traits);
        set(topic->hero, sizeof(topic->hero), "", word);
        reader->called = topic->hero;
    } else {
        set(topic->friend, sizeof(topic->friend), reader->traits, word);
        reader->called = topic->friend;
    }
}

/* Behind what the text says already, unless there is no room. */
static void append(char *text, size_t size, const char *before, const char *words) {
    size_t length = strlen(text);

    if (length + strlen(before) + strlen(words) < size) {
        snprintf(text + length, size - length, "%s%s", before, words);
    }
}

/* The name is of the one before it; of a child, if there is none: "Tom and the dragon". */
static void set_name(struct reader *reader, const struct match *match) {
    struct topic *topic = reader->topic;
    bool is_second = goes_on_name(reader, match), is_of_hero;
    char name[TOPIC_BYTES];

    snprintf(name, sizeof(name), "%s", match->words[PART_NAME]);
    name[0] = (char)toupper((unsigned char)name[0]);
    if (!is_second && reader->called == NULL) {
        set_person(reader, match->child);
    }
    is_of_hero = (is_second ? reader->name : reader->called) != topic->friend;
    if (is_of_hero) {
        append(topic->name, sizeof(topic->name), is_second ? " " : "", name);
    } else {
        append(topic->friend, sizeof(topic->friend), is_second ? " " : " named ", name);
    }
    reader->name = is_of_hero ? topic->name : topic->friend;
    reader->child = match->child;
    reader->called = NULL;
}

/* Whether the words, of this length, are what somebody does: "wants to fly", "who flies". */
static bool is_verb(const struct reader *reader, const struct match *match, const char *text) {
    const char *const *words = match->words;

    if (clue_is_doer(reader->before)) {
        return text[match->length - 1] == 's' || words[PART_HERO] == NULL;
    }
    return clue_is_before_verb(reader->before) && words[PART_PLACE] == NULL &&
           words[PART_NAME] == NULL;
}

static void take(struct reader *reader, const struct match *match, enum part part) {
    struct topic *topic = reader->topic;

    if (part != PART_NAME) {
        reader->name = NULL;
    }
    switch (part) {
    case PART_HERO:
        set_person(reader, match->words[part]);
        break;
    case PART_NAME:
        set_name(reader, match);
        break;
    case PART_PLACE:
        set(topic->place, sizeof(topic->place), reader->traits, match->words[part]);
        reader->called = NULL;
        break;
    case PART_THING:
        set(topic->thing, sizeof(topic->thing), reader->traits, match->words[part]);
        reader->called = NULL;
        break;
    default:
        break;
    }
    reader->wanted = PART_NONE;
}

/* Take the words that were found in the lists, unless they are not meant. */
static void take_match(struct reader *reader, const struct match *match, const char *text) {
    bool is_somebody = match->words[PART_THING] == NULL && match->words[PART_PLACE] == NULL;

    if (reader->is_left_out || clue_is(reader->before, "not")) {
        reader->is_left_out = strncmp(text + match->length, " or ", 4) == 0;
    } else if (!is_verb(reader, match, text)) {
        reader->is_cruel = reader->is_cruel || (reader->hurts && is_somebody);
        take(reader, match, choose(reader, match));
    }
    reader->hurts = false;
    reader->traits[0] = '\0';
}

/* Whether something follows that may have this trait. */
static bool has_follower(const struct words *words, const char *text) {
    size_t length;

    text += strspn(text, " ,"); /* "big, red dog" */
    return list_find(words_list(words, LIST_TRAITS), text, &length) != NULL ||
           words_meaning(words, text, &length) != NULL ||
           look_up(words, text, PART_NONE).length > 0;
}

static void add_trait(struct reader *reader, const char *trait, bool is_loose) {
    char *traits = is_loose ? reader->loose : reader->traits;
    char before[TOPIC_BYTES];

    reader->name = NULL;
    if (reader->is_left_out || clue_is(reader->before, "not")) {
        return;
    }
    memcpy(before, traits, sizeof(before));
    set(traits, TOPIC_BYTES, before, trait);
}

/* What a word that is in no list says about those behind it. */
static void take_sign(struct reader *reader, const char *text) {
    for (size_t i = 0; i < COUNT(SIGNS); i++) {
        if (clue_is(text, SIGNS[i].word)) {
            reader->wanted = SIGNS[i].part;
        }
    }
    reader->name = NULL;
    if (clue_leaves_out(text)) {
        reader->is_left_out = true;
    } else if (clue_begins_clause(text)) {
        reader->is_left_out = false;
    }
    if (!clue_is_article(reader->before) && clue_hurts(text)) { /* "a hurt bird" */
        reader->hurts = true;
    }
    if (!clue_is_article(text) && text[0] != ',' && reader->wanted != PART_NAME) {
        reader->called = NULL;
    }
}

/* Take the words that the text begins with; others that mean them only where `meaning` is asked
 * for: it gets the words that are to be read in their place. Returns their length. */
static size_t step(struct reader *reader, const char *text, const char **meaning) {
    struct match match = look_up(reader->words, text, reader->wanted);
    size_t length, said = 0;
    const char *trait = list_find(words_list(reader->words, LIST_TRAITS), text, &length);
    const char *meant = meaning != NULL ? words_meaning(reader->words, text, &said) : NULL;

    if (said > match.length && said > length) {
        *meaning = meant;
        return said;
    }
    if (trait != NULL && length >= match.length && has_follower(reader->words, text + length)) {
        add_trait(reader, trait, false);
        return length;
    }
    if (said > match.length) {
        *meaning = meant;
        return said;
    }
    if (match.length > 0) {
        take_match(reader, &match, text);
        return match.length;
    }
    if (trait != NULL) {
        add_trait(reader, trait, true);
        return length;
    }
    take_sign(reader, text);
    return strcspn(text, " ");
}

static void read_text(struct reader *reader, const char *text, bool is_said) {
    while (*text != '\0') {
        const char *meaning = NULL;
        size_t length = step(reader, text, is_said ? &meaning : NULL);

        if (meaning != NULL && !reader->is_left_out) {
            read_text(reader, meaning, false);
        }
        reader->is_left_out = reader->is_left_out && meaning == NULL;
        reader->before = clue_is_emphasis(text) ? reader->before : text;
        text += length;
        text += *text == ' ' ? 1 : 0;
    }
}

bool topic_read(const struct words *words, const char *text, struct topic *topic) {
    struct reader reader = {.words = words, .topic = topic};

    *topic = (struct topic){.hero = ""};
    read_text(&reader, text, true);
    if (topic->trait[0] == '\0') {
        memcpy(topic->trait, reader.loose, sizeof(topic->trait));
    }
    if (reader.is_cruel ||
        (topic->hero[0] == '\0' && topic->place[0] == '\0' && topic->thing[0] == '\0')) {
        *topic = (struct topic){.hero = ""};
        return false;
    }
    return true;
}
