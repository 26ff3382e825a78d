/* SPDX-License-Identifier: MIT */
#include "sound/output.h"

#include <clock.h>
#include <string.h>
#include <strings.h>

#include "sound/arrival.h"
#include "stop.h"

/* A USB card answers about half a second after the kernel has started, the storyteller sooner. */
#define FIRST_WAIT_S 2.0

/* How often a card that may have been plugged in is looked for. */
#define LOOK_S 0.5

/* Samples of silence that show whether a card moves. */
#define SILENCE 4096

/* What is between the names of a list; an ALSA device (hw:1,0) is no "page" either way. */
#define BETWEEN " ,;"

bool output_take_page(char *list) {
    size_t length = strlen(SOUND_PAGE), left;
    bool is_there = false;

    for (char *at = list + strspn(list, BETWEEN); *at != '\0';) {
        size_t name = strcspn(at, BETWEEN), whole = name + strspn(at + name, BETWEEN);

        if (name == length && strncasecmp(at, SOUND_PAGE, length) == 0) {
            memmove(at, at + whole, strlen(at + whole) + 1);
            is_there = true;
        } else {
            at += whole;
        }
    }
    for (left = strlen(list); left > 0 && strchr(BETWEEN, list[left - 1]) != NULL; left--) {
        list[left - 1] = '\0';
    }
    return is_there;
}

/* Open the card; at the first story, give one that is just being found the time to appear. */
static struct sound *find_card(struct output *output) {
    double end_s = clock_seconds() + (output->looked_s > 0.0 ? 0.0 : FIRST_WAIT_S);
    struct arrival arrival;
    struct sound *card;

    arrival_open(&arrival);
    card = sound_open_card(output->device, output->rate, output->mixer, output->name);
    while (card == NULL && !stop_is_wanted() && clock_seconds() < end_s) {
        arrival_wait(&arrival, end_s - clock_seconds());
        card = sound_open_card(output->device, output->rate, output->mixer, output->name);
    }
    arrival_close(&arrival);
    output->looked_s = clock_seconds();
    return card;
}

/* A card that plays nothing is kept open, with silence to play: if that moves, somebody listens. */
static void watch_still(struct output *output) {
    static const int16_t silence[SILENCE];

    output->still = output->card;
    output->card = NULL;
    memcpy(output->still_name, output->name, sizeof(output->still_name));
    output->still->drop(output->still);
    output->still_has = output->still->write(output->still, silence, SILENCE);
    output->still->finish(output->still);
}

/* Let go of the card that stood still if it has moved since, or is gone: it is found anew then. */
static void look_at_still(struct output *output) {
    long delay = output->still != NULL ? output->still->delay(output->still) : SOUND_STILL;

    if (delay == SOUND_STILL || (delay >= 0 && delay >= output->still_has)) {
        return;
    }
    output->still->close(output->still);
    output->still = NULL;
}

static struct sound *use_card(struct output *output, struct console *console) {
    if (output->device[0] == '\0') {
        return NULL;
    }
    look_at_still(output);
    output->card = find_card(output);
    if (output->card != NULL && output->lack_was_told) {
        console_note(console, "Sound is back, on %s.", output->name);
        output->lack_was_told = false;
    }
    return output->card;
}

static void tell_lack(struct output *output, struct console *console) {
    bool is_any = output->device[0] == '\0' || strcmp(output->device, SOUND_ANY) == 0;

    if (output->lack_was_told) {
        return;
    }
    output->lack_was_told = true;
    if (output->still != NULL) {
        console_note(console,
                     "Nothing is listening on %s: stories are shown as text until something does.",
                     output->still_name);
    } else {
        console_note(console, "No sound device%s%s: stories are shown as text until there is one.",
                     is_any ? "" : " ", is_any ? "" : output->device);
    }
}

struct sound *output_begin(struct output *output, struct console *console) {
    output->loss_was_told = false;
    if (output->only != NULL || output->card != NULL || !output->is_wanted) {
        return output->only != NULL ? output->only : output->card;
    }
    if (use_card(output, console) == NULL && output->page == NULL) {
        tell_lack(output, console);
    }
    return output->card != NULL ? output->card : output->page;
}

static void close_sound(struct sound **sound) {
    if (*sound != NULL) {
        (*sound)->close(*sound);
    }
    *sound = NULL;
}

/* In one story this is said once, however often it comes and goes. */
static void tell_loss(struct output *output, struct console *console) {
    if (output->loss_was_told || output->page != NULL) {
        return;
    }
    output->loss_was_told = true;
    if (output->still != NULL) {
        tell_lack(output, console);
        return;
    }
    if (!output->lack_was_told && output->is_program) {
        console_note(console, "This machine's sound does not work: stories are shown as text.");
    } else if (!output->lack_was_told) {
        console_note(console, "The %s: this story continues as text.",
                     output->only != NULL ? "WAV file can no longer be written"
                                          : "sound device is gone");
    }
    output->lack_was_told = true;
}

void output_lost(struct output *output, struct console *console) {
    if (output->card == NULL && output->only == NULL) {
        archive_end(&output->archive, false, console);
        return;
    }
    if (output->card != NULL && output->card->delay(output->card) == SOUND_STILL) {
        watch_still(output);
    }
    tell_loss(output, console);
    output->looked_s = clock_seconds();
    close_sound(&output->card);
}

struct sound *output_look(struct output *output, struct console *console) {
    if (output->only != NULL || output->card != NULL || !output->is_wanted ||
        clock_seconds() < output->looked_s + LOOK_S) {
        return NULL;
    }
    return use_card(output, console) != NULL ? output->card : output->page;
}

struct sound *output_keep(struct output *output, struct console *console) {
    return output->only == NULL || output->is_program
               ? archive_begin(&output->archive, output->rate, console)
               : NULL;
}

void output_end(struct output *output, bool is_kept, struct console *console) {
    close_sound(&output->card);
    archive_end(&output->archive, is_kept, console);
}

void output_close(struct output *output) {
    close_sound(&output->card);
    close_sound(&output->still);
    close_sound(&output->only);
    close_sound(&output->page);
}
