/* SPDX-License-Identifier: MIT */
#include "telling.h"

#include <clock.h>
#include <stdio.h>
#include <string.h>

#include "led.h"
#include "memory/journal.h"
#include "memory/today.h"
#include "stop.h"
#include "voice/captions.h"
#include "voice/utterance.h"

/* How long to wait for the speaker before looking at the inputs again. */
#define LOOK_MS 20
/* A pause needs no hurry, but the watchdog wants to hear of us. */
#define PAUSE_LOOK_MS 1000
/* The text of the longest story is about this long; the rest of a longer one is not logged. */
#define TEXT_BYTES 8192

/* One story on its way. */
struct telling {
    struct teller *teller;
    struct next_story *next;
    const struct recipe *recipe; /* NULL: no story, just a few words */
    struct sound *sound;         /* NULL: text only */
    bool is_loss_told;
    struct story story;
    struct told told;
    struct captions captions;
    char text[TEXT_BYTES];
    size_t length;
};

static bool is_over(const struct telling *telling) {
    return telling->next->is_skipped || stop_is_wanted();
}

static void show(void *user, const char *text) {
    struct telling *telling = user;

    console_show(telling->teller->console, text);
    remote_text(telling->teller->remote, text);
}

/* Show what was heard of the text; all of it where nothing is heard. */
static void show_heard(struct telling *telling) {
    struct speaker *speaker = telling->teller->speaker;

    if (telling->sound == NULL || telling->is_loss_told) {
        captions_flush(&telling->captions, show, telling);
    } else {
        captions_show(&telling->captions, speaker_words_heard(speaker), show, telling);
    }
}

static void tell_loss(struct telling *telling) {
    struct teller *teller = telling->teller;

    if (telling->sound == NULL || telling->is_loss_told || !speaker_is_lost(teller->speaker)) {
        return;
    }
    captions_flush(&telling->captions, show, telling);
    output_lost(teller->output, teller->console);
    telling->is_loss_told = true;
}

/* A card that was plugged in tells the rest of the story. */
static void look_for_sound(struct telling *telling) {
    struct teller *teller = telling->teller;
    struct sound *sound = NULL;

    if (telling->sound == NULL || telling->is_loss_told) {
        sound = output_look(teller->output, teller->console);
    }
    if (sound == NULL) {
        return;
    }
    speaker_begin(teller->speaker, sound);
    telling->sound = sound;
    telling->is_loss_told = false;
}

/* Hold the story until it is to go on. Returns whether another request ended the pause. */
static bool pause(struct teller *teller, struct request *request) {
    bool has_request = false;

    speaker_pause(teller->speaker, true);
    console_answer(teller->console, "(pause)");
    remote_state(teller->remote, REMOTE_PAUSED);
    while (!stop_is_wanted() && !has_request) {
        watchdog_progress(teller->watchdog, WATCHDOG_INVENTING);
        has_request = inputs_wait(teller->inputs, PAUSE_LOOK_MS, request);
    }
    speaker_pause(teller->speaker, false);
    remote_state(teller->remote, REMOTE_TELLING);
    return has_request && request->kind != REQUEST_PAUSE;
}

/* Look for requests, and whether the sound was lost. */
static void look(struct telling *telling) {
    struct teller *teller = telling->teller;
    struct request request;

    watchdog_progress(teller->watchdog, WATCHDOG_INVENTING);
    tell_loss(telling);
    look_for_sound(telling);
    show_heard(telling);
    if (!inputs_wait(teller->inputs, 0, &request)) {
        return;
    }
    if (request.kind == REQUEST_PAUSE && !pause(teller, &request)) {
        return;
    }
    next_story_take(telling->next, teller, &request, telling->recipe);
}

/* Hand something to the speaker; while it is behind, inventing waits here. */
static void say(struct telling *telling, const char *sentence) {
    struct speaker *speaker = telling->teller->speaker;

    while (!is_over(telling) && !speaker_is_lost(speaker)) {
        if (speaker_say(speaker, sentence, LOOK_MS)) {
            return;
        }
        look(telling);
    }
}

/* Text is shown at once, or when it is heard. */
static void take_caption(struct telling *telling, const char *shown, const char *spoken) {
    struct captions *captions = &telling->captions;

    if (!telling->teller->is_in_step || telling->sound == NULL) {
        show(telling, shown);
        return;
    }
    captions_add(captions, shown, show, telling);
    if (spoken != NULL) {
        captions_say(captions, speaker_words_said(telling->teller->speaker),
                     utterance_words(spoken), show, telling);
    }
}

static void take_text(void *user, const char *shown, const char *spoken) {
    struct telling *telling = user;
    size_t room = sizeof(telling->text) - telling->length;
    int added = snprintf(telling->text + telling->length, room, "%s", shown);

    telling->length += (size_t)added < room ? (size_t)added : room - 1;
    remote_expect(telling->teller->remote, shown, spoken != NULL);
    take_caption(telling, shown, spoken);
    if (spoken != NULL && telling->sound != NULL) {
        say(telling, spoken);
    }
    led_show(LED_TELLING);
}

/* Inventing runs ahead only as far as the speaker has room. */
static void await_room(struct telling *telling) {
    struct speaker *speaker = telling->teller->speaker;

    while (telling->sound != NULL && !is_over(telling) && !speaker_is_lost(speaker) &&
           !speaker_await_room(speaker, LOOK_MS)) {
        look(telling);
    }
}

/* From here on, the story can be told again, whatever happens. */
static void note(struct shelf *shelf, const struct recipe *recipe) {
    char day[TODAY_BYTES];

    today_name(day);
    shelf_set_last(shelf, recipe);
    shelf_count(shelf, day);
}

static bool invent(struct telling *telling, const struct task *task, struct llama_error *error) {
    struct story *story = &telling->story;
    bool ok = story_begin(story, &task->recipe, error);

    /* The opening is being spoken, so nobody waits for the card. */
    if (ok && !task->is_unasked) {
        note(telling->teller->shelf, &task->recipe);
    }
    while (ok && story->end == STORY_GOES_ON && !is_over(telling)) {
        await_room(telling);
        ok = story_go_on(story, error);
        look(telling);
        /* On a board that is too slow to think it out while the opening is spoken. */
        if (story->thought_out == STORY_GOES_ON && telling->sound != NULL &&
            speaker_is_quiet(telling->teller->speaker, 0)) {
            story_tell_at_once(story);
        }
    }
    if (ok && task->is_unasked && story->end != STORY_GOES_ON) {
        note(telling->teller->shelf, &task->recipe);
    }
    if (story->end == STORY_GOES_ON) {
        story->end = STORY_SKIPPED;
    }
    return ok;
}

/* The text is complete; wait until it is spoken, too. */
static void finish_speech(struct telling *telling, bool ok) {
    struct speaker *speaker = telling->teller->speaker;

    if (ok) {
        say(telling, SPEAKER_LAST);
    }
    while (ok && !is_over(telling) && !speaker_is_quiet(speaker, LOOK_MS)) {
        look(telling);
    }
    if (!ok || is_over(telling) || speaker_is_lost(speaker)) {
        speaker_stop(speaker);
    }
    while (!speaker_is_quiet(speaker, LOOK_MS)) {
        watchdog_progress(telling->teller->watchdog, WATCHDOG_INVENTING);
    }
    tell_loss(telling);
    telling->told.heard = speaker_end(speaker);
}

/* What was told is shown, too; what was cut off is not. */
static void end_captions(struct telling *telling) {
    if (is_over(telling)) {
        captions_clear(&telling->captions);
    } else {
        captions_flush(&telling->captions, show, telling);
    }
}

static void note_costs(const struct telling *telling) {
    const struct told *told = &telling->told;
    const struct teller *teller = telling->teller;
    char line[JOURNAL_LINE_BYTES];

    journal_line(told, line);
    journal_write(teller->shelf, line);
    line[strlen(line) - 1] = '\0';
    if (teller->is_json) {
        console_say(teller->console, "%c%s", FLOW_AS_IT_IS, line);
    }
    if (teller->settings.keep_texts) {
        journal_write_text(teller->shelf, told, telling->text);
    }
}

static void begin_sound(struct telling *telling) {
    struct teller *teller = telling->teller;

    led_show(LED_THINKING);
    remote_state(teller->remote, REMOTE_TELLING);
    telling->sound = output_begin(teller->output, teller->console);
    speaker_begin(teller->speaker, telling->sound);
}

/* A story that is to stay as sound is spoken even where nobody hears it. */
static void keep_sound(struct telling *telling) {
    struct teller *teller = telling->teller;
    struct sound *copy = output_keep(teller->output, teller->console);

    if (telling->sound != NULL) {
        (void)speaker_copy(teller->speaker, copy);
    } else if (copy != NULL) {
        telling->sound = copy;
        speaker_begin(teller->speaker, copy);
    }
}

static void end_sound(struct telling *telling) {
    struct teller *teller = telling->teller;

    output_end(teller->output, speaker_copy(teller->speaker, NULL), teller->console);
}

bool telling_run(struct teller *teller, struct next_story *next, const struct task *task,
                 struct llama_error *error) {
    struct telling telling = {
        .teller = teller,
        .next = next,
        .recipe = &task->recipe,
        .story = {.llama = teller->llama,
                  .words = teller->words,
                  .choices_at_most = teller->settings.choices,
                  .tell = take_text},
    };
    bool ok;

    telling.story.user = &telling;
    begin_sound(&telling);
    keep_sound(&telling);
    telling.told =
        (struct told){.number = task->number, .recipe = &task->recipe, .begun_s = clock_seconds()};
    if (next->preface[0] != '\0' && telling.sound != NULL) {
        say(&telling, next->preface);
    }
    next->preface[0] = '\0';
    ok = invent(&telling, task, error);
    if (telling.sound != NULL) {
        finish_speech(&telling, ok);
    }
    end_captions(&telling);
    end_sound(&telling);
    telling.told.end = next->is_skipped ? STORY_SKIPPED : telling.story.end;
    telling.told.figures = telling.story.figures;
    if (!ok) {
        return false;
    }
    llama_stats(teller->llama, &telling.told.stats);
    note_costs(&telling);
    return true;
}

void telling_announce(struct teller *teller, struct next_story *next, const char *text) {
    struct telling telling = {.teller = teller, .next = next};

    console_say(teller->console, "%s", text);
    remote_note(teller->remote, text);
    begin_sound(&telling);
    if (telling.sound == NULL) {
        return;
    }
    say(&telling, text);
    finish_speech(&telling, true);
    end_sound(&telling);
}
