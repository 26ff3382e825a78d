/* SPDX-License-Identifier: MIT */
#include "teller.h"

#include <clock.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "change_voice.h"
#include "evening.h"
#include "led.h"
#include "next_story.h"
#include "stop.h"
#include "telling.h"
#include "text/prompt.h"
#include "voice/phrases.h"
#include "volume.h"

/* A press that may grow is looked at so often. */
#define LOOK_MS 20
/* A request ends any wait; the clock and the watchdog need no more than this. */
#define IDLE_LOOK_MS 1000
/* Listening and understanding take no longer than this: the inputs end it before (listening.c). */
#define LISTEN_S 20.0
/* So many stories in a row that cannot be told are no accident. */
#define FAILURES_AT_MOST 3
/* How much slower it gets before good night, in percent. */
#define LATE_SPEED 85

/* The run of a teller. */
struct run {
    struct teller *teller;
    struct next_story next;
    struct evening evening;
    size_t favourite; /* to be told next */
    int failures;     /* in a row */
};

/* Between two stories a short press is no pause that could wait for what it grows into: a new story
 * would have begun, and be the one to tell again or to keep. */
static void await_growth(const struct run *run, struct request *request) {
    struct inputs *inputs = run->teller->inputs;
    struct request more;

    while (request->kind == REQUEST_PAUSE && inputs_may_grow(inputs) && !stop_is_wanted()) {
        watchdog_progress(run->teller->watchdog, WATCHDOG_INVENTING);
        if (inputs_wait(inputs, LOOK_MS, &more)) {
            *request = more;
        }
    }
}

/* Wait at most timeout_ms for a request, and take it. Returns whether one came. */
static bool wait_for_request(struct run *run, int timeout_ms) {
    struct teller *teller = run->teller;
    struct request request;

    watchdog_progress(teller->watchdog, WATCHDOG_INVENTING);
    if (!inputs_wait(teller->inputs, timeout_ms, &request)) {
        return false;
    }
    await_growth(run, &request);
    next_story_take(&run->next, teller, &request, NULL);
    evening_wake(&run->evening);
    return true;
}

/* How long to wait for a request, up to that time. */
static int idle_ms(double end_s) {
    double left_ms = 1e3 * (end_s - clock_seconds());

    return left_ms < IDLE_LOOK_MS ? (int)left_ms + 1 : IDLE_LOOK_MS;
}

static bool is_pause_over(const struct run *run) {
    return stop_is_wanted() || run->next.is_asked_for;
}

/* Somebody speaks; wait for what was understood. */
static void listen(struct run *run) {
    double end_s = clock_seconds() + LISTEN_S;

    led_show(LED_LISTENING);
    remote_state(run->teller->remote, REMOTE_LISTENING);
    while (run->next.is_listening && !stop_is_wanted() && clock_seconds() < end_s) {
        wait_for_request(run, idle_ms(end_s));
    }
    run->next.is_listening = false;
    run->next.is_asked_for = true;
}

/* It was not understood for certain: ask once, with a question that one word answers. */
static void ask(struct run *run) {
    run->next.is_unsure = false;
    run->next.was_asked = true;
    run->next.is_skipped = false;
    run->next.preface[0] = '\0';
    telling_announce(run->teller, &run->next, PHRASE_ASK);
    run->next.is_listening = inputs_listen(run->teller->inputs);
    if (run->next.is_listening) {
        listen(run);
    }
}

/* Wait until the next story may begin: the pause is over, one was asked for, or all shall end. */
static void rest(struct run *run) {
    double end_s = clock_seconds() + run->teller->settings.pause_s;

    led_show(LED_READY);
    remote_state(run->teller->remote, REMOTE_READY);
    while (!is_pause_over(run) && clock_seconds() < end_s) {
        wait_for_request(run, idle_ms(end_s));
        if (run->next.is_listening) {
            listen(run);
        }
    }
    if (run->next.is_listening) {
        listen(run);
    }
    if (run->next.is_unsure) {
        ask(run);
    }
}

/* Nothing is told until somebody requests something, or the reason is gone. Returns false when the
 * board is to be off instead. */
static bool doze(struct run *run) {
    struct teller *teller = run->teller;
    const char *reason = evening_reason(&run->evening, &teller->settings, teller->shelf);

    while (reason != NULL && !stop_is_wanted()) {
        const char *now = reason;

        run->next = (struct next_story){.kind = NEXT_DRAWN};
        telling_announce(teller, &run->next, reason);
        if (teller->settings.switch_off && !stop_is_wanted()) {
            return false;
        }
        run->next = (struct next_story){.kind = NEXT_DRAWN};
        led_show(LED_READY);
        remote_state(teller->remote, REMOTE_ASLEEP);
        while (now == reason && !is_pause_over(run) && !run->next.is_listening) {
            wait_for_request(run, IDLE_LOOK_MS);
            now = evening_reason(&run->evening, &teller->settings, teller->shelf);
        }
        if (run->next.is_listening) {
            listen(run);
        }
        reason = now;
    }
    return true;
}

static void set_voice(const struct run *run) {
    struct teller *teller = run->teller;
    int pace;

    teller->is_late = evening_is_late(&run->evening, &teller->settings);
    pace = teller->is_late ? LATE_SPEED : 100;
    volume_set(teller, teller->volume);
    speaker_set_speed(teller->speaker, teller->settings.speed * pace / 100);
}

static void invent_recipe(const struct run *run, long number, struct recipe *recipe) {
    static const struct topic NONE;
    const struct teller *teller = run->teller;
    uint64_t offset = (uint64_t)(number - 1);

    recipe->seed = teller->seed > 0 ? teller->seed + offset : fresh_seed();
    recipe->temperature = teller->settings.temperature;
    recipe->steps = teller->settings.steps;
    if (run->next.kind == NEXT_TOPIC) {
        prompt_compose(teller->words, &run->next.topic, recipe->seed, recipe->prompt);
    } else if (teller->prompt != NULL) {
        snprintf(recipe->prompt, PROMPT_BYTES, "%s", teller->prompt);
    } else {
        prompt_compose(teller->words, &NONE, recipe->seed, recipe->prompt);
    }
}

/* Take what is wanted from the shelf, or invent it. */
static struct recipe choose(struct run *run, long number) {
    const struct shelf *shelf = run->teller->shelf;
    struct recipe recipe = {0};

    if (run->next.kind == NEXT_AGAIN && shelf_last(shelf, &recipe)) {
        return recipe;
    }
    if (run->next.kind == NEXT_REPLAY) {
        return run->next.recipe;
    }
    if (run->next.kind == NEXT_FAVOURITE && shelf_favourites(shelf) > 0) {
        return *shelf_favourite(shelf, run->favourite++ % shelf_favourites(shelf));
    }
    invent_recipe(run, number, &recipe);
    return recipe;
}

/* A voice that cannot be changed back is gone: there is nobody to tell. */
static bool keep_voice(struct teller *teller, struct llama_error *error) {
    char problem[SPEECH_PROBLEM_BYTES];

    if (change_voice(teller, problem)) {
        return true;
    }
    snprintf(error->text, sizeof(error->text), "%.255s", problem);
    return false;
}

/* What parents added is known from the next story on. */
static void read_words(struct teller *teller) {
    if (teller->parents.has_new_words) {
        teller->parents.has_new_words = false;
        words_reload(teller->words, &teller->parents.folders, teller->complain, NULL);
    }
}

/* Returns false when it could not be told, with the reason in error. */
static bool tell_next(struct run *run, long number, struct llama_error *error) {
    struct teller *teller = run->teller;
    struct task task = {.number = number, .is_unasked = number == 1 && !run->next.is_asked_for};
    struct next_story fresh = {.kind = NEXT_DRAWN};

    read_words(teller);
    task.recipe = choose(run, number);
    memcpy(fresh.preface, run->next.preface, sizeof(fresh.preface));
    run->next = fresh;
    if (fresh.preface[0] != '\0') {
        console_say(teller->console, "%s", fresh.preface);
    }
    if (teller->has_figures) {
        console_say(teller->console, "\n%cstory %ld  seed %" PRIu64 "%c\n", FLOW_DIM, number,
                    task.recipe.seed, FLOW_PLAIN);
    } else {
        console_say(teller->console, "%s", "");
    }
    set_voice(run);
    remote_story(teller->remote, number);
    if (!telling_run(teller, &run->next, &task, error)) {
        return false;
    }
    run->failures = 0;
    return true;
}

/* Parents changed the settings: never is it louder than they want. What a story begins with holds
 * from the next one on. */
static void keep_to_settings(void *user) {
    struct teller *teller = user;

    volume_set(teller, teller->volume);
    remote_volume(teller->remote, teller->volume, teller->settings.volume);
    change_clips(teller);
}

enum teller_end teller_run(struct teller *teller, struct llama_error *error) {
    struct run run = {.teller = teller};

    teller->volume = teller->settings.volume;
    remote_volume(teller->remote, teller->volume, teller->volume);
    teller->parents.changed = keep_to_settings;
    teller->parents.user = teller;
    evening_wake(&run.evening);
    if (teller->news != NULL) {
        telling_announce(teller, &run.next, teller->news);
    }
    wait_for_request(&run, 0); /* a line may be there before the first story */
    for (long number = 1; !stop_is_wanted(); number++) {
        if (!doze(&run)) {
            return TELLER_GOOD_NIGHT;
        }
        if (stop_is_wanted()) {
            break;
        }
        if (!keep_voice(teller, error)) {
            return TELLER_FAILED;
        }
        if (!tell_next(&run, number, error)) {
            if (!llama_wait(teller->llama, error) || ++run.failures == FAILURES_AT_MOST) {
                return TELLER_FAILED;
            }
            console_say(teller->console, "That story cannot be told: %s", error->text);
        }
        if (number == teller->stories) {
            break;
        }
        if (run.next.is_asked_for) {
            evening_wake(&run.evening);
        }
        rest(&run);
    }
    return TELLER_DONE;
}
