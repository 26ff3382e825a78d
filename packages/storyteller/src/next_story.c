/* SPDX-License-Identifier: MIT */
#include "next_story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inputs/typed.h"
#include "led.h"
#include "text/article.h"
#include "text/preposition.h"
#include "voice/phrases.h"
#include "volume.h"

#define VOLUME_STEP 10
#define QUIETEST 10

static const struct topic NOTHING;

/* Behind what the text says already; nothing for no words. What has no room is cut off. */
static void add(char text[PREFACE_BYTES], const char *before, const char *article,
                const char *words) {
    size_t length = strlen(text);

    if (words[0] != '\0') {
        snprintf(text + length, PREFACE_BYTES - length, " %s%s%s%s%s", before,
                 before[0] != '\0' ? " " : "", article, article[0] != '\0' ? " " : "", words);
    }
}

/* What was understood, said back: "A story about a rabbit in the forest!" */
static void describe(const struct topic *topic, char text[PREFACE_BYTES]) {
    const char *hero = topic->hero[0] != '\0' ? topic->hero : "friend";
    bool has_trait = topic->trait[0] != '\0' && topic->hero[0] != '\0';
    bool has_friend = topic->friend[0] != '\0';
    const char *first = has_trait ? topic->trait : hero;

    snprintf(text, PREFACE_BYTES, "A story about");
    add(text, "", article_of(first), first);
    add(text, "", "", has_trait ? hero : "");
    add(text, "named", "", topic->name);
    add(text, "and", article_of(topic->friend), topic->friend);
    add(text, has_friend ? "with" : "and", article_of(topic->thing), topic->thing);
    add(text, preposition_of(topic->place), "the", topic->place);
    snprintf(text + strlen(text), PREFACE_BYTES - strlen(text), "!");
}

static void set_preface(struct next_story *next, const char *text) {
    snprintf(next->preface, sizeof(next->preface), "%s", text);
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

    switch (typed_read(teller->words, request->line, &topic)) {
    case TYPED_NOTHING:
        break;
    case TYPED_FOUND:
        take_topic(next, &topic);
        break;
    case TYPED_UNKNOWN:
        take_topic(next, &topic);
        set_preface(next, PHRASE_UNKNOWN);
        break;
    case TYPED_REFUSED:
        take_topic(next, &topic);
        set_preface(next, PHRASE_NICER);
        break;
    }
    next->is_asked_for = true;
    remote_note(teller->remote, next->preface[0] != '\0' ? next->preface : "A new one!");
    if (is_telling) {
        console_answer(teller->console, "(next story: %s)",
                       next->preface[0] != '\0' ? next->preface : "a new one");
    }
}

/* The recogniser knows the lists, not what is blocked in them. */
static void take_heard(struct next_story *next, const struct teller *teller,
                       const struct request *request) {
    next->is_listening = false;
    next->is_skipped = true;
    if (words_block(teller->words, &request->topic)) {
        take_topic(next, &NOTHING);
        set_preface(next, PHRASE_NICER);
        return;
    }
    take_topic(next, &request->topic);
    if (!request->is_sure && !next->was_asked) {
        next->is_unsure = true; /* what was perhaps understood holds where nobody can be asked */
        return;
    }
    if (!has_words(&request->topic)) {
        set_preface(next, PHRASE_MINE);
    }
}

/* During a story, or behind one that was not kept yet: keep it. Else tell a kept one. */
static void take_favourite(struct next_story *next, struct teller *teller,
                           const struct recipe *recipe) {
    struct recipe last;
    bool has_last = shelf_last(teller->shelf, &last);

    if (recipe == NULL && has_last && !shelf_is_favourite(teller->shelf, &last)) {
        recipe = &last;
        set_preface(next, PHRASE_KEPT); /* nobody speaks now */
    } else if (recipe != NULL) {
        speaker_say(teller->speaker, PHRASE_KEPT, 0);
    }
    if (recipe != NULL) {
        shelf_keep(teller->shelf, recipe);
        console_answer(teller->console, "(this story is kept)");
        remote_note(teller->remote, PHRASE_KEPT);
        return;
    }
    next->kind = NEXT_FAVOURITE;
    next->is_asked_for = true;
}

/* Parents chose it from those that are kept or were told. */
static void take_replay(struct next_story *next, struct teller *teller, const char *seed) {
    uint64_t number = 0;

    if (sscanf(seed, "%" SCNu64, &number) != 1 ||
        !shelf_find(teller->shelf, number, &next->recipe)) {
        remote_note(teller->remote, "I do not find that story any more.");
        return;
    }
    next->kind = NEXT_REPLAY;
    next->is_asked_for = true;
    next->is_skipped = true;
}

static void change_volume(struct teller *teller, int change) {
    int volume = teller->volume + change;

    volume_set(teller, volume < QUIETEST ? QUIETEST : volume);
    console_answer(teller->console, "(volume: %d)", teller->volume);
    remote_volume(teller->remote, teller->volume, teller->settings.volume);
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
    case REQUEST_REPLAY:
        take_replay(next, teller, request->line);
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
