/* SPDX-License-Identifier: MIT */
#include "output.h"

struct sound *output_begin(struct output *output, struct console *console)
{
    char name[SOUND_NAME_BYTES];

    if (output->wav != NULL || !output->is_wanted)
        return output->wav;
    output->card = sound_open_alsa(output->device, output->rate, name);
    if (output->card != NULL) {
        if (output->lack_was_told)
            console_say(console, "There is sound again, on %s.", name);
        output->lack_was_told = false;
    } else if (!output->lack_was_told) {
        console_say(console, "No sound device%s%s: stories are shown as text until there is one.",
                    output->device != NULL ? " " : "",
                    output->device != NULL ? output->device : "");
        output->lack_was_told = true;
    }
    return output->card;
}

void output_lost(struct output *output, struct console *console)
{
    if (!output->lack_was_told)
        console_say(console, "The sound is gone: this story goes on as text.");
    output->lack_was_told = true;
}

void output_end(struct output *output)
{
    if (output->card != NULL)
        output->card->close(output->card);
    output->card = NULL;
}

void output_close(struct output *output)
{
    output_end(output);
    if (output->wav != NULL)
        output->wav->close(output->wav);
    output->wav = NULL;
}
