/* SPDX-License-Identifier: MIT */
#include "wants.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "led.h"
#include "words/prompt.h"

#define VOLUME_STEP 10
#define QUIETEST 10

static const char KEPT[] = "I will keep this story for you.";

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
static void describe(const struct slots *slots, char text[WANTS_PREFACE_BYTES]) {
    const char *hero = slots->hero[0] != '\0' ? slots->hero : "friend";
    int length = snprintf(text, WANTS_PREFACE_BYTES, "A story about %s %s", article(hero), hero);
    size_t left = WANTS_PREFACE_BYTES - (size_t)length;

    if (slots->thing[0] != '\0') {
        length += snprintf(text + length, left, " and %s %s", article(slots->thing), slots->thing);
    }
    left = WANTS_PREFACE_BYTES - (size_t)length;
    if (slots->place[0] != '\0') {
        length +=
            snprintf(text + length, left, " %s the %s", preposition(slots->place), slots->place);
    }
    left = WANTS_PREFACE_BYTES - (size_t)length;
    snprintf(text + length, left, "!");
}

static void set_preface(struct wants *wants, const char *text) {
    snprintf(wants->preface, sizeof(wants->preface), "%s", text);
}

/* A name is in the vocabulary with its capital letter. */
static bool knows(void *user, const char *word) {
    const struct teller *teller = user;
    char name[SLOT_BYTES];

    snprintf(name, sizeof(name), "%s", word);
    if (llama_knows(teller->llama, name)) {
        return true;
    }
    name[0] = (char)toupper((unsigned char)name[0]);
    return llama_knows(teller->llama, name);
}

static bool has_words(const struct slots *slots) {
    return slots->hero[0] != '\0' || slots->place[0] != '\0' || slots->thing[0] != '\0';
}

static void take_slots(struct wants *wants, const struct slots *slots) {
    wants->next = has_words(slots) ? NEXT_SLOTS : NEXT_DRAWN;
    wants->slots = *slots;
    wants->is_asked_for = true;
    if (has_words(slots)) {
        describe(slots, wants->preface);
    }
}

/* What is refused is answered kindly, and never repeated. */
static void take_line(struct wants *wants, struct teller *teller, const struct wish *wish,
                      bool is_telling) {
    struct slots slots;

    switch (prompt_read_line(teller->words, wish->line, knows, teller, &slots)) {
    case REQUEST_NOTHING:
        break;
    case REQUEST_FOUND:
        take_slots(wants, &slots);
        break;
    case REQUEST_UNKNOWN:
        take_slots(wants, &slots);
        set_preface(wants, "I do not know that one yet, but listen to this.");
        break;
    case REQUEST_REFUSED:
        take_slots(wants, &slots);
        set_preface(wants, "I know a nicer story. Listen!");
        break;
    }
    wants->is_asked_for = true;
    if (is_telling) {
        console_answer(teller->console, "(next story: %s)",
                       wants->preface[0] != '\0' ? wants->preface : "a new one");
    }
}

static void take_heard(struct wants *wants, const struct wish *wish) {
    wants->is_listening = false;
    wants->is_skipped = true;
    take_slots(wants, &wish->slots);
    if (!wish->is_sure && !wants->was_asked) {
        wants->is_unsure = true; /* what was perhaps understood holds where nobody can be asked */
        return;
    }
    if (!has_words(&wish->slots)) {
        set_preface(wants, "I will think of one myself. Listen!");
    }
}

/* During a story, or behind one that was not kept yet: keep it. Else tell a kept one. */
static void take_favourite(struct wants *wants, struct teller *teller,
                           const struct recipe *recipe) {
    struct recipe last;
    bool has_last = shelf_last(teller->shelf, &last);

    if (recipe == NULL && has_last && !shelf_is_favourite(teller->shelf, &last)) {
        recipe = &last;
        set_preface(wants, KEPT); /* nobody speaks now */
    } else if (recipe != NULL) {
        speaker_say(teller->speaker, KEPT, 0);
    }
    if (recipe != NULL) {
        shelf_keep(teller->shelf, recipe);
        console_answer(teller->console, "(this story is kept)");
        return;
    }
    wants->next = NEXT_FAVOURITE;
    wants->is_asked_for = true;
}

static void change_volume(struct teller *teller, int change) {
    int volume = teller->volume + change;

    volume = volume < QUIETEST ? QUIETEST : volume;
    teller->volume = volume > teller->settings.volume ? teller->settings.volume : volume;
    speaker_set_volume(teller->speaker, teller->volume);
    console_answer(teller->console, "(volume: %d)", teller->volume);
}

void wants_take(struct wants *wants, struct teller *teller, const struct wish *wish,
                const struct recipe *recipe) {
    switch (wish->kind) {
    case WISH_NONE:
        break;
    case WISH_STORY:
        take_heard(wants, wish);
        break;
    case WISH_LINE:
        take_line(wants, teller, wish, recipe != NULL);
        break;
    case WISH_PAUSE:
    case WISH_NEXT:
        wants->is_asked_for = true;
        wants->is_skipped = true;
        break;
    case WISH_AGAIN:
        wants->next = NEXT_AGAIN;
        wants->is_asked_for = true;
        wants->is_skipped = true;
        break;
    case WISH_FAVOURITE:
        take_favourite(wants, teller, recipe);
        break;
    case WISH_LISTEN:
        wants->is_listening = true;
        wants->is_skipped = true;
        led_show(LED_LISTENING);
        break;
    case WISH_LOUDER:
        change_volume(teller, VOLUME_STEP);
        break;
    case WISH_QUIETER:
        change_volume(teller, -VOLUME_STEP);
        break;
    }
}
