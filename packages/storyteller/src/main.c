/* SPDX-License-Identifier: MIT */
/* storyteller: invents children's stories and tells them aloud. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "change_voice.h"
#include "evening.h"
#include "options.h"
#include "read_out.h"
#include "recorder.h"
#include "sound/mixer.h"
#include "sources.h"
#include "stop.h"
#include "teller.h"
#include "voice/greeting.h"
#include "voice/trial.h"

#define MODEL_PATH "/usr/share/llama/model.bin"
#define TOKENIZER_PATH "/usr/share/llama/tokenizer.bin"

/* STATUS_GOOD_NIGHT: whoever started this program is to switch the board off
 * (overlays/rootfs/usr/libexec/console). */
enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_GOOD_NIGHT = 10 };

static int fail(int status, const char *problem) {
    fprintf(stderr, "storyteller: %s\n", problem);
    return status;
}

/* This may be in the middle of a story, whose line on a terminal it must not land in. */
static void complain_of_shelf(void *user, const struct complaint *complaint) {
    static const char SAID[] = "storyteller: %s: %s; stories are still told, "
                               "but may not be kept";
    const struct teller *teller = user;

    if (teller->console != NULL && teller->console->kind == TERMINAL_KEYS) {
        console_note(teller->console, SAID, complaint->path, complaint->problem);
        return;
    }
    fprintf(stderr, SAID, complaint->path, complaint->problem);
    fputc('\n', stderr);
}

static struct shelf *open_shelf(struct teller *teller, const struct options *options) {
    return shelf_open(sources_data(options), complain_of_shelf, teller);
}

/* What is heard first, unless there is something else to say, or nothing. */
static void greet(const struct teller *teller) {
    struct evening evening;

    evening_wake(&evening);
    if (teller->prompt != NULL || teller->news != NULL ||
        evening_reason(&evening, &teller->settings, teller->shelf) != NULL) {
        return;
    }
    speaker_begin(teller->speaker, output_begin(teller->output, teller->console));
    greeting_play(teller->speaker, &teller->settings);
}

/* Whether an error of the engine is about this file: it begins with the end of its path. */
static bool is_about(const struct llama_error *error, const char *path) {
    const char *colon = strstr(error->text, ": ");
    size_t length = colon != NULL ? (size_t)(colon - error->text) : 0, whole = strlen(path);

    return length > 0 && length <= whole && memcmp(path + whole - length, error->text, length) == 0;
}

static int fail_by_engine(const struct options *options, const struct llama_error *error) {
    bool is_model = is_about(error, options->model);
    bool is_tokenizer = is_about(error, options->tokenizer);

    if (!is_model && !is_tokenizer) {
        return fail(STATUS_FAILED, error->text);
    }
    fprintf(stderr, "storyteller: %s; write the card again, or name another file with --%s\n",
            error->text, is_model ? "model" : "tokenizer");
    return STATUS_FAILED;
}

static int tell_stories(struct teller *teller, const struct options *options) {
    struct console console;
    struct llama_error error = {""};
    enum teller_end end = TELLER_FAILED;

    stop_note();
    console_open(&console, options->colour);
    teller->console = &console;
    teller->inputs = inputs_open(&console, teller->remote);
    teller->watchdog = trial_may_be_slow() ? NULL : watchdog_open();
    speaker_set_watchdog(teller->speaker, teller->watchdog);
    if (console.kind != TERMINAL_NONE) {
        console_say(&console, "Type what the next story is about, or just Enter for another "
                              "one. Ctrl-C stops.");
    }
    greet(teller);
    teller->llama = llama_open(options->model, options->tokenizer, &error);
    if (teller->llama != NULL && teller->inputs != NULL) {
        end = teller_run(teller, &error);
    } else if (teller->llama != NULL) {
        snprintf(error.text, sizeof(error.text), "not enough memory for the inputs");
    }
    speaker_hush(teller->speaker); /* where no story came, the greeting may still play */
    if (stop_is_wanted()) {
        console_say(&console, "Good night.");
    }
    llama_close(teller->llama);
    speaker_set_watchdog(teller->speaker, NULL);
    watchdog_close(teller->watchdog);
    inputs_close(teller->inputs);
    console_close(&console);
    teller->console = NULL;
    if (end == TELLER_FAILED) {
        return fail_by_engine(options, &error);
    }
    return end == TELLER_GOOD_NIGHT ? STATUS_GOOD_NIGHT : STATUS_OK;
}

/* The voice that the settings name, or the usual one. */
static bool open_voice(struct teller *teller) {
    char problem[SPEECH_PROBLEM_BYTES];

    if (!chosen_open(&teller->voice, &teller->settings, VOICES[0].name, problem)) {
        fail(STATUS_FAILED, problem);
        return false;
    }
    if (problem[0] != '\0') {
        fprintf(stderr, "storyteller: %s; using %s\n", problem, teller->voice.name);
    }
    return true;
}

/* Open what is not looked for again at each story: a file, a program. Returns false when it
 * cannot be. */
static bool open_output(struct output *output, const struct options *options) {
    if (options->wav != NULL) {
        output->only = sound_open_wav(options->wav, output->rate);
    } else if (options->player != NULL) {
        output->only = sound_open_program(options->player);
    }
    if (options->wav != NULL && output->only == NULL) {
        fprintf(stderr, "storyteller: --wav: cannot write %s: %s\n", options->wav, strerror(errno));
    } else if (options->player != NULL && output->only == NULL) {
        fprintf(stderr, "storyteller: --player: cannot start it: %s\n", strerror(errno));
    } else {
        return true;
    }
    return false;
}

/* Stories are heard through the socket, too, if that is wanted and there is one. */
static int with_listeners(struct teller *teller, const struct options *options, bool is_wanted) {
    struct listeners listeners;
    int status;

    if (!is_wanted || teller->remote == NULL) {
        return tell_stories(teller, options);
    }
    if (!listeners_open(&listeners, teller->output->rate)) {
        return fail(STATUS_FAILED, "not enough memory for listeners");
    }
    teller->output->page = sound_open_page(&listeners);
    if (teller->output->page != NULL) {
        remote_set_listeners(teller->remote, &listeners);
    }
    status = tell_stories(teller, options);
    remote_set_listeners(teller->remote, NULL);
    output_close(teller->output);
    listeners_close(&listeners);
    return status;
}

/* The sound cards that are wanted; whether browsers are to play, too. */
static const char *wanted_cards(struct settings *settings, const struct options *options,
                                bool *is_page_wanted) {
    if (options->device != NULL) {
        *is_page_wanted = strcmp(options->device, SOUND_PAGE) == 0;
        return *is_page_wanted ? "" : options->device;
    }
    *is_page_wanted = output_take_page(settings->sound);
    return settings->sound;
}

static int with_speaker(struct teller *teller, const struct options *options) {
    struct mixer mixer = {{0}};
    bool is_page_wanted;
    struct output output = {
        .device = wanted_cards(&teller->settings, options, &is_page_wanted),
        .archive = {.folder = sources_data(options), .most = teller->settings.keep_sound},
        .mixer = teller->settings.mixer ? &mixer : NULL,
        .is_wanted = !options->no_sound,
        .is_program = options->player != NULL};
    int status = STATUS_FAILED;

    teller->output = &output;
    teller->speaker = speaker_open(teller->voice.speech, teller->settings.volume);
    if (teller->speaker == NULL) {
        return fail(STATUS_FAILED, "not enough memory for the voice");
    }
    change_clips(teller);
    output.rate = teller->voice.speech->rate;
    if (open_output(&output, options)) {
        status = with_listeners(teller, options, is_page_wanted && output.only == NULL);
    }
    speaker_close(teller->speaker);
    output_close(&output);
    return status;
}

static int with_voice(struct teller *teller, const struct options *options) {
    int status = STATUS_FAILED;

    if (open_voice(teller)) {
        status = with_speaker(teller, options);
    }
    chosen_close(&teller->voice);
    return status;
}

/* Whoever wants to follow, and may ask. */
static int with_remote(struct teller *teller, const struct options *options) {
    int status;

    if (options->socket != NULL) {
        teller->remote = remote_open(options->socket, teller->words);
        if (teller->remote == NULL) {
            fprintf(stderr, "storyteller: --socket: cannot listen at %s: %s\n", options->socket,
                    strerror(errno));
            return STATUS_FAILED;
        }
    }
    teller->parents.settings = &teller->settings;
    teller->parents.shelf = teller->shelf;
    teller->parents.voices = VOICES;
    remote_set_parents(teller->remote, &teller->parents);
    remote_set_recorder(teller->remote, teller->recorder);
    status = with_voice(teller, options);
    remote_close(teller->remote);
    return status;
}

/* What stories are made of, and where they are kept. */
static int with_words(struct teller *teller, const struct options *options) {
    char card[SOURCES_PATH_BYTES];
    const struct words_folders folders = sources_words(options, card);
    struct words *words = words_open(&folders, sources_complain, NULL);
    struct shelf *shelf = open_shelf(teller, options);
    int status = STATUS_FAILED;

    teller->words = words;
    teller->complain = sources_complain;
    teller->shelf = shelf;
    teller->parents.words = words;
    teller->parents.folders = folders;
    if (words != NULL && shelf == NULL) {
        fail(status, "not enough memory for the words");
    } else if (words != NULL) {
        status = with_remote(teller, options);
    }
    shelf_close(shelf);
    words_close(words);
    return status;
}

static int say_again(struct settings *settings, const struct options *options) {
    const char *folder = sources_data(options);

    return folder != NULL && read_out(settings, folder, options->read_out) ? STATUS_OK
                                                                           : STATUS_FAILED;
}

int main(int count, char **words) {
    struct options options;
    struct recorder recorder = {.words = words};
    struct news news = {.lines = 0};
    struct teller teller = {.recorder = &recorder};
    char problem[256];
    int status;

    if (!options_parse(&options, count, words, problem, sizeof(problem))) {
        return fail(STATUS_USAGE, problem);
    }
    if (options.help) {
        return fputs(OPTIONS_HELP, stdout) < 0 ? STATUS_FAILED : STATUS_OK;
    }
    if (options.model == NULL) {
        options.model = MODEL_PATH;
    }
    if (options.tokenizer == NULL) {
        options.tokenizer = TOKENIZER_PATH;
    }
    stop_leave_at_once();
    if (!sources_settings(&teller.settings, &teller.parents, &options, &news)) {
        return STATUS_FAILED;
    }
    if (options.read_out > 0) {
        return say_again(&teller.settings, &options);
    }
    recorder.folder = sources_data(&options);
    teller.prompt = options.prompt;
    teller.seed = options.seed;
    teller.stories = options.stories;
    teller.is_json = options.json;
    teller.is_in_step = options.in_step || options.socket != NULL;
    teller.has_figures = !options.no_figures;
    teller.news = news.lines > 0 ? news.text : NULL;
    status = with_words(&teller, &options);
    recorder_stop(&recorder);
    return status;
}
