/* SPDX-License-Identifier: MIT */
/* listen: records what somebody says, and prints which hero, place and thing it was about.
 *
 * A process of its own, so that its memory is gone afterwards, and its death harms nobody. */
#include <clock.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hearing.h"
#include "microphone.h"
#include "request.h"
#include "voice.h"

#define MODEL "/usr/share/pocketsphinx"
#define SECONDS 4
#define MOST_SAMPLES (SECONDS * VOICE_RATE / VOICE_FRAME * VOICE_FRAME)
/* Below this no word was spoken, whatever the recogniser makes of it. */
#define LEAST_SAMPLES (VOICE_RATE / 4)

enum { CONFIDENCE_NONE = 0, CONFIDENCE_LOW = 40, CONFIDENCE_HIGH = 90 };
enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_NO_MICROPHONE = 3 };

static const char USAGE[] =
    "listen: recognises a spoken request for a story; prints its hero, place, thing and "
    "confidence\n"
    "(0 to 100), separated by tabs; what was not said is empty\n"
    "\n"
    "  --words DIR    folder of heroes.txt, places.txt and things.txt; if given more than once,\n"
    "                 each file is read from the first folder that has it\n"
    "  --model DIR    the acoustic model            (" MODEL ")\n"
    "  --device NAME  ALSA capture device           (the first one)\n"
    "  --wav FILE     a recording to read instead: mono, 16 bits, 16000 samples per second\n"
    "  --answer       expect the answer to a question: one word\n"
    "  --passes       also show what each pass heard, and the peak memory\n"
    "\n"
    "Listening ends when the speaker has finished, after 4 s, or at the end of standard input.\n";

struct options {
    const char *words[4];
    size_t word_folders;
    const char *model;
    const char *device;
    const char *wav;
    bool is_answer;
    bool shows_passes;
};

static bool parse(struct options *options, int count, char **words) {
    static const struct option KNOWN[] = {
        {"words", required_argument, NULL, 'w'},
        {"model", required_argument, NULL, 'm'},
        {"device", required_argument, NULL, 'd'},
        {"wav", required_argument, NULL, 'f'},
        {"answer", no_argument, NULL, 'a'},
        {"passes", no_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    int letter;

    *options = (struct options){.model = MODEL};
    while ((letter = getopt_long(count, words, "", KNOWN, NULL)) != -1) {
        if (letter == 'w' && options->word_folders < 4) {
            options->words[options->word_folders++] = optarg;
        } else if (letter == 'm') {
            options->model = optarg;
        } else if (letter == 'd') {
            options->device = optarg;
        } else if (letter == 'f') {
            options->wav = optarg;
        } else if (letter == 'a') {
            options->is_answer = true;
        } else if (letter == 'p') {
            options->shows_passes = true;
        } else {
            return false;
        }
    }
    return optind == count && options->word_folders > 0;
}

static int fail(int status, const char *problem) {
    fprintf(stderr, "listen: %s\n", problem);
    return status;
}

/* When memory is short, this process is the one to go. */
static void offer_memory(void) {
    FILE *file = fopen("/proc/self/oom_score_adj", "we");

    if (file == NULL) {
        return;
    }
    fputs("1000\n", file);
    fclose(file);
}

static void read_lists(const struct options *options, struct list lists[LIST_KINDS]) {
    char path[512];

    for (int kind = 0; kind < LIST_KINDS; kind++) {
        bool is_read = false;

        for (size_t i = 0; i < options->word_folders && !is_read; i++) {
            snprintf(path, sizeof(path), "%s/%s.txt", options->words[i], LIST_NAMES[kind]);
            is_read = list_read(&lists[kind], path);
        }
    }
}

/* Whether standard input has ended: the button was released. */
static bool is_released(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char waste[64];

    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, waste, sizeof(waste)) <= 0;
}

/* A recording. */
struct recording {
    int16_t *samples;
    size_t count;
    bool has_voice;
};

/* Record until speech ends, the button is released, or the time is over; keep what holds speech.
 * Returns false when memory is lacking. */
static bool record(struct microphone *microphone, bool has_button, struct recording *recording) {
    int16_t *samples = malloc(MOST_SAMPLES * sizeof(*samples));
    struct voice voice;
    size_t have = 0, first;
    long got = 1;

    if (samples == NULL || !voice_open(&voice)) {
        free(samples);
        return false;
    }
    while (got > 0 && have < MOST_SAMPLES && !voice_has_ended(&voice)) {
        if (has_button && is_released()) {
            break;
        }
        got = microphone->read(microphone, samples + have, VOICE_FRAME);
        if (got == VOICE_FRAME) {
            voice_look(&voice, samples + have);
        }
        have += got > 0 ? (size_t)got : 0;
    }
    voice_bounds(&voice, have, &first, &recording->count);
    memmove(samples, samples + first, recording->count * sizeof(*samples));
    recording->samples = samples;
    recording->has_voice = voice.has_begun;
    voice_close(&voice);
    return true;
}

static void show_pass(const struct heard *heard, double warp) {
    printf("pass\t%.1f\t%.3f\t%s\n", warp, heard->fit, heard->text);
}

static int count_parts(const char *const parts[LIST_KINDS]) {
    int count = 0;

    for (int kind = 0; kind < LIST_KINDS; kind++) {
        count += parts[kind][0] != '\0' ? 1 : 0;
    }
    return count;
}

/* What a pass heard, and the parts in it. */
struct pass {
    struct heard heard;
    const char *parts[LIST_KINDS];
    int count;
};

static void listen_as(ps_decoder_t *decoder, double warp, const struct recording *recording,
                      const struct list lists[LIST_KINDS], struct pass *pass) {
    char words[HEARD_BYTES];

    hearing_understand(decoder, warp, recording->samples, recording->count, &pass->heard);
    strcpy(words, pass->heard.text);
    request_parts(words, lists, pass->parts);
    pass->count = count_parts(pass->parts);
}

/* Where the speaker's size is far off, noise is heard in place of words: more parts are better.
 * Else it is the pass whose words fit the sound better. */
static bool is_better(const struct pass *pass, const struct pass *other) {
    if (pass->count != other->count) {
        return pass->count > other->count;
    }
    return pass->heard.fit > other->heard.fit;
}

/* Two looks at one sound that do not contradict each other are seldom both wrong. */
static int confidence(const struct pass *best, const struct pass *other, bool has_voice) {
    if (best->count == 0) {
        return CONFIDENCE_NONE;
    }
    if (!has_voice) {
        return CONFIDENCE_LOW;
    }
    for (int kind = 0; kind < LIST_KINDS; kind++) {
        bool has_both = best->parts[kind][0] != '\0' && other->parts[kind][0] != '\0';

        if (has_both && strcmp(best->parts[kind], other->parts[kind]) != 0) {
            return CONFIDENCE_LOW;
        }
    }
    return CONFIDENCE_HIGH;
}

/* Understand a recording: once as of an adult, once as of a small speaker. */
static int understand(const struct options *options, struct list lists[LIST_KINDS],
                      const struct recording *recording) {
    const char *problem = "";
    ps_decoder_t *decoder = hearing_open(options->model, lists, options->is_answer, &problem);
    struct pass adult, small, *best = &adult, *other = &small;

    if (decoder == NULL) {
        return fail(STATUS_FAILED, problem);
    }
    listen_as(decoder, WARP_NONE, recording, lists, &adult);
    listen_as(decoder, WARP_SMALL, recording, lists, &small);
    ps_free(decoder);
    if (options->shows_passes) {
        show_pass(&adult.heard, WARP_NONE);
        show_pass(&small.heard, WARP_SMALL);
        printf("memory\t%.0f kB\n", peak_mib() * 1024.0);
    }
    if (is_better(&small, &adult)) {
        best = &small;
        other = &adult;
    }
    printf("%s\t%s\t%s\t%d\n", best->parts[HEROES], best->parts[PLACES], best->parts[THINGS],
           confidence(best, other, recording->has_voice));
    return STATUS_OK;
}

int main(int count, char **words) {
    static struct list lists[LIST_KINDS];
    struct options options;
    struct microphone *microphone;
    struct recording recording;
    int status;
    bool ok;

    if (!parse(&options, count, words)) {
        fputs(USAGE, stderr);
        return STATUS_USAGE;
    }
    offer_memory();
    microphone = options.wav != NULL ? microphone_open_wav(options.wav)
                                     : microphone_open_alsa(options.device);
    if (microphone == NULL) {
        return fail(STATUS_NO_MICROPHONE,
                    options.wav != NULL
                        ? "cannot read the WAV file: it must be mono, 16 bits, 16000 Hz"
                        : "no sound card can record");
    }
    ok = record(microphone, options.wav == NULL, &recording);
    microphone->close(microphone);
    if (!ok) {
        return fail(STATUS_FAILED, "not enough memory");
    }
    read_lists(&options, lists);
    if (recording.count >= LEAST_SAMPLES) {
        status = understand(&options, lists, &recording);
    } else {
        status = puts("\t\t\t0") < 0 ? STATUS_FAILED : STATUS_OK;
    }
    free(recording.samples);
    return status;
}
