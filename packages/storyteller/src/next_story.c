/* SPDX-License-Identifier: MIT */
#include "next_story.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "inputs/typed.h"
#include "led.h"

#define VOLUME_STEP 10
#define QUIETEST 10

static const char KEPT[] = "I will keep this story for you.";
static const char REFUSED[] = "I know a nicer story. Listen!";
static const struct topic NOTHING;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *preposition(const char *place) {
    static const char *const AT[] = {"beach",  "lake", "river",      "sea",  "zoo",
                                     "market", "farm", "playground", "pond", "school"};
    static const char *const ON[] = {"moon", "hill", "island", "mountain"};

    for (size_t i = 0; i < COUNT(AT); i++) {
        if (strcmp(place, AT[i]) == 0) {
            return "at";
        }
    }
    for (size_t i = 0; i < COUNT(ON); i++) {
        if (strcmp(place, ON[i]) == 0) {
            return "on";
        }
    }
    return "in";
}

static const char *article(const char *word) {
    return strchr("aeiou", word[0]) != NULL ? "an" : "a";
}

/* What was understood, said back: "A story about a rabbit in the forest!" */
static void describe(const struct topic *topic, char text[PREFACE_BYTES]) {
    const char *hero = topic->hero[0] != '\0' ? topic->hero : "friend";
    int length = snprintf(text, PREFACE_BYTES, "A story about %s %s", article(hero), hero);
    size_t left = PREFACE_BYTES - (size_t)length;

    if (topic->thing[0] != '\0') {
        length += snprintf(text + length, left, " and %s %s", article(topic->thing), topic->thing);
    }
    left = PREFACE_BYTES - (size_t)length;
    if (topic->place[0] != '\0') {
        length +=
            snprintf(text + length, left, " %s the %s", preposition(topic->place), topic->place);
    }
    left = PREFACE_BYTES - (size_t)length;
    snprintf(text + length, left, "!");
}

static void set_preface(struct next_story *next, const char *text) {
    snprintf(next->preface, sizeof(next->preface), "%s", text);
}

/* A name is in the vocabulary with its capital letter. */
static bool knows(void *user, const char *word) {
    const struct teller *teller = user;
    char name[TOPIC_BYTES];

    snprintf(name, sizeof(name), "%s", word);
    if (llama_knows(teller->llama, name)) {
        return true;
    }
    name[0] = (char)toupper((unsigned char)name[0]);
    return llama_knows(teller->llama, name);
}

static bool has_words(const struct topic *topic) {
    return topic->hero[0] != '\0' || topic->place[0] != '\0' || topic->thing[0] != '\0';
}

static void take_topic(struct next_story *next, const struct topic *topic) {
    next->kind = has_words(topic) ? NEXT_TOPIC : NEXT_DRAWN;
    next->topic = *topic;
    next->is_asked_for = true;
    if (has_words(topic)) {
        describe(topic, next->preface);
    }
}

/* What is refused is answered kindly, and never repeated. */
static void take_line(struct next_story *next, struct teller *teller, const struct request *request,
                      bool is_telling) {
    struct topic topic;

    switch (typed_read(teller->words, request->line, knows, teller, &topic)) {
    case TYPED_NOTHING:
        break;
    case TYPED_FOUND:
        take_topic(next, &topic);
        break;
    case TYPED_UNKNOWN:
        take_topic(next, &topic);
        set_preface(next, "I do not know that one yet, but listen to this.");
        break;
    case TYPED_REFUSED:
        take_topic(next, &topic);
        set_preface(next, REFUSED);
        break;
    }
    next->is_asked_for = true;
    if (is_telling) {
        console_answer(teller->console, "(next story: %s)",
                       next->preface[0] != '\0' ? next->preface : "a new one");
    }
}

static bool is_blocked(const struct gate *gate, const struct topic *topic) {
    return gate_stops(gate, topic->hero) || gate_stops(gate, topic->place) ||
           gate_stops(gate, topic->thing);
}

/* The recogniser knows the lists, not what is blocked in them. */
static void take_heard(struct next_story *next, const struct teller *teller,
                       const struct request *request) {
    next->is_listening = false;
    next->is_skipped = true;
    if (is_blocked(words_gate(teller->words), &request->topic)) {
        take_topic(next, &NOTHING);
        set_preface(next, REFUSED);
        return;
    }
    take_topic(next, &request->topic);
    if (!request->is_sure && !next->was_asked) {
        next->is_unsure = true; /* what was perhaps understood holds where nobody can be asked */
        return;
    }
    if (!has_words(&request->topic)) {
        set_preface(next, "I will think of one myself. Listen!");
    }
}

/* During a story, or behind one that was not kept yet: keep it. Else tell a kept one. */
static void take_favourite(struct next_story *next, struct teller *teller,
                           const struct recipe *recipe) {
    struct recipe last;
    bool has_last = shelf_last(teller->shelf, &last);

    if (recipe == NULL && has_last && !shelf_is_favourite(teller->shelf, &last)) {
        recipe = &last;
        set_preface(next, KEPT); /* nobody speaks now */
    } else if (recipe != NULL) {
        speaker_say(teller->speaker, KEPT, 0);
    }
    if (recipe != NULL) {
        shelf_keep(teller->shelf, recipe);
        console_answer(teller->console, "(this story is kept)");
        return;
    }
    next->kind = NEXT_FAVOURITE;
    next->is_asked_for = true;
}

static void change_volume(struct teller *teller, int change) {
    int volume = teller->volume + change;

    volume = volume < QUIETEST ? QUIETEST : volume;
    teller->volume = volume > teller->settings.volume ? teller->settings.volume : volume;
    speaker_set_volume(teller->speaker, teller->volume);
    console_answer(teller->console, "(volume: %d)", teller->volume);
}

void next_story_take(struct next_story *next, struct teller *teller, const struct request *request,
                     const struct recipe *recipe) {
    switch (request->kind) {
    case REQUEST_NONE:
        break;
    case REQUEST_STORY:
        take_heard(next, teller, request);
        break;
    case REQUEST_LINE:
        take_line(next, teller, request, recipe != NULL);
        break;
    case REQUEST_PAUSE:
    case REQUEST_NEXT:
        next->is_asked_for = true;
        next->is_skipped = true;
        break;
    case REQUEST_AGAIN:
        next->kind = NEXT_AGAIN;
        next->is_asked_for = true;
        next->is_skipped = true;
        break;
    case REQUEST_FAVOURITE:
        take_favourite(next, teller, recipe);
        break;
    case REQUEST_LISTEN:
        next->is_listening = true;
        next->is_skipped = true;
        led_show(LED_LISTENING);
        break;
    case REQUEST_LOUDER:
        change_volume(teller, VOLUME_STEP);
        break;
    case REQUEST_QUIETER:
        change_volume(teller, -VOLUME_STEP);
        break;
    }
}
