/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <string.h>

#include "arrival.h"
#include "clock.h"
#include "stop.h"

/* A USB card answers about half a second after the kernel has started, the storyteller sooner. */
#define FIRST_WAIT_S 2.0

/* How often a card that may have been plugged in is looked for. */
#define LOOK_S 0.5

/* Open the card; at the first story, give one that is just being found the time to appear. */
static struct sound *find_card(struct output *output, char name[SOUND_NAME_BYTES])
{
    double end_s = clock_seconds() + (output->looked_s > 0.0 ? 0.0 : FIRST_WAIT_S);
    struct arrival arrival;
    struct sound *card;

    arrival_open(&arrival);
    card = sound_open_card(output->device, output->rate, name);
    while (card == NULL && !stop_is_wanted() && clock_seconds() < end_s) {
        arrival_wait(&arrival, end_s - clock_seconds());
        card = sound_open_card(output->device, output->rate, name);
    }
    arrival_close(&arrival);
    output->looked_s = clock_seconds();
    return card;
}

static struct sound *use_card(struct output *output, struct console *console)
{
    char name[SOUND_NAME_BYTES];

    output->card = find_card(output, name);
    if (output->card != NULL && output->lack_was_told) {
        console_say(console, "There is sound again, on %s.", name);
        output->lack_was_told = false;
    }
    return output->card;
}

struct sound *output_begin(struct output *output, struct console *console)
{
    if (output->wav != NULL || output->card != NULL || !output->is_wanted)
        return output->wav != NULL ? output->wav : output->card;
    if (use_card(output, console) == NULL && !output->lack_was_told) {
        bool is_any = strcmp(output->device, SOUND_ANY) == 0;

        console_say(console, "No sound device%s%s: stories are shown as text until there is one.",
                    is_any ? "" : " ", is_any ? "" : output->device);
        output->lack_was_told = true;
    }
    return output->card;
}

static void close_card(struct output *output)
{
    if (output->card != NULL)
        output->card->close(output->card);
    output->card = NULL;
}

void output_lost(struct output *output, struct console *console)
{
    if (output->card == NULL && output->wav == NULL) {
        kept_end(&output->kept, false, console);
        return;
    }
    if (!output->lack_was_told)
        console_say(console, "The %s: this story goes on as text.",
                    output->wav != NULL ? "WAV file cannot be written any more" : "sound is gone");
    output->lack_was_told = true;
    output->looked_s = clock_seconds();
    close_card(output);
}

struct sound *output_look(struct output *output, struct console *console)
{
    if (output->wav != NULL || output->card != NULL || !output->is_wanted ||
        clock_seconds() < output->looked_s + LOOK_S)
        return NULL;
    return use_card(output, console);
}

struct sound *output_keep(struct output *output, struct console *console)
{
    return output->wav == NULL ? kept_begin(&output->kept, output->rate, console) : NULL;
}

void output_end(struct output *output, bool is_kept, struct console *console)
{
    close_card(output);
    kept_end(&output->kept, is_kept, console);
}

void output_close(struct output *output)
{
    close_card(output);
    if (output->wav != NULL)
        output->wav->close(output->wav);
    output->wav = NULL;
}
