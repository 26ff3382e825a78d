/* SPDX-License-Identifier: MIT */
/* storyteller: invents children's stories and tells them aloud. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "stop.h"
#include "teller.h"

#define MODEL_PATH "/usr/share/llama/model.bin"
#define TOKENIZER_PATH "/usr/share/llama/tokenizer.bin"
#define SETTINGS_PATH "/etc/storyteller.conf"

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

static int fail(int status, const char *problem)
{
    fprintf(stderr, "storyteller: %s\n", problem);
    return status;
}

static void complain(void *user, const char *complaint)
{
    (void)user;
    fprintf(stderr, "storyteller: %s; the line is left out\n", complaint);
}

/* The file named on the command line must be there; the usual one need not. */
static bool load_settings(struct settings *settings, const struct options *options)
{
    const char *path = options->settings != NULL ? options->settings : SETTINGS_PATH;

    *settings = settings_default();
    if (settings_load(settings, path, complain, NULL))
        return true;
    return options->settings == NULL && errno == ENOENT;
}

static int tell_stories(struct teller *teller, const struct options *options)
{
    struct console console;
    struct llama_error error = {""};
    bool ok;

    stop_note();
    console_open(&console);
    teller->console = &console;
    teller->prompt = options->prompt;
    teller->seed = options->seed;
    teller->stories = options->stories;
    if (console.is_terminal)
        console_say(&console, "Type what the next story is about, or just Enter for another "
                              "one. Ctrl-C stops.");
    ok = teller_run(teller, &error);
    if (stop_is_wanted())
        console_say(&console, "Good night.");
    console_close(&console);
    return ok ? STATUS_OK : fail(STATUS_FAILED, error.text);
}

static int with_speaker(struct teller *teller, const struct options *options)
{
    struct speech *speech = speech_open(speech_voice(0));
    struct output output = {.device = options->device, .is_wanted = !options->no_sound};
    int status = STATUS_FAILED;

    teller->output = &output;
    teller->speaker = speech != NULL ? speaker_open(speech, teller->settings.volume) : NULL;
    if (teller->speaker == NULL) {
        if (speech != NULL)
            speech->close(speech);
        return fail(STATUS_FAILED, "the system has no memory left for the voice");
    }
    speech->set_speed(speech, teller->settings.speed);
    output.rate = speech->rate;
    if (options->wav != NULL)
        output.wav = sound_open_wav(options->wav, output.rate);
    if (options->wav != NULL && output.wav == NULL)
        fprintf(stderr, "storyteller: --wav: cannot write %s: %s\n", options->wav, strerror(errno));
    else
        status = tell_stories(teller, options);
    output_close(&output);
    speaker_close(teller->speaker);
    speech->close(speech);
    return status;
}

int main(int count, char **words)
{
    struct options options;
    struct teller teller = {0};
    struct llama_error error = {""};
    char problem[256];
    int status;

    if (!options_parse(&options, count, words, problem, sizeof(problem)))
        return fail(STATUS_USAGE, problem);
    if (options.help)
        return fputs(OPTIONS_HELP, stdout) < 0 ? STATUS_FAILED : STATUS_OK;
    stop_leave_at_once();
    if (!load_settings(&teller.settings, &options)) {
        fprintf(stderr, "storyteller: cannot read settings %s: %s\n",
                options.settings != NULL ? options.settings : SETTINGS_PATH, strerror(errno));
        return STATUS_FAILED;
    }
    if (options.steps > 0)
        teller.settings.steps = (int)options.steps;
    teller.llama =
        llama_open(options.model != NULL ? options.model : MODEL_PATH,
                   options.tokenizer != NULL ? options.tokenizer : TOKENIZER_PATH, &error);
    if (teller.llama == NULL)
        return fail(STATUS_FAILED, error.text);
    status = with_speaker(&teller, &options);
    llama_close(teller.llama);
    return status;
}
