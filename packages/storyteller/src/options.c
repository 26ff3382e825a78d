/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "settings.h"
#include "text/prompt.h"

const char OPTIONS_HELP[] =
    "storyteller: invents children's stories and tells them aloud\n"
    "\n"
    "  --model FILE      llama2.c model           (/usr/share/llama/model.bin)\n"
    "  --tokenizer FILE  its tokenizer            (/usr/share/llama/tokenizer.bin)\n"
    "  --settings FILE   volume, speed, ...       (/etc/storyteller.conf)\n"
    "  --card FOLDER     the parents' storyteller.txt and words/  (/boot)\n"
    "  --words FOLDER    word lists               (/usr/share/storyteller/words)\n"
    "  --data FOLDER     where stories are kept   (/data)\n"
    "  --stories N       end after N stories      (never)\n"
    "  --seed S          seed of the first story; each next story has the next number\n"
    "  --prompt TEXT     how each story begins    (drawn from word lists)\n"
    "  --steps N         max tokens of a story    (256)\n"
    "  --device NAME     ALSA device, for example plughw:1,0  (first card that plays);\n"
    "                    page: clients of --socket may listen instead\n"
    "  --no-sound        only show the text\n"
    "  --wav FILE        write the speech to a WAV file instead of playing it\n"
    "  --player COMMAND  play through a program that reads raw sound: mono, 16 bits, 48000 Hz\n"
    "  --socket PATH     other programs may follow and ask there; implies --in-step\n"
    "  --in-step         show each word when it is heard\n"
    "  --read-out S      write the told story with this seed to standard output, as a WAV stream\n"
    "  --no-figures      do not show each story's number and seed\n"
    "  --colour          show notes that are not part of the story in colour, if the terminal can\n"
    "  --json            show a line of JSON about each story: its opening, what it cost\n"
    "  -h, --help        this text\n"
    "\n"
    "Type a line to say what the next story is about, an empty line for another story,\n"
    "or again, keep, pause, louder or quieter; Ctrl-C stops. Each story's seed is shown: the same "
    "seed\n"
    "and prompt repeat the story. --json and stories.jsonl have both.\n";

enum kind { TEXT, NUMBER, SEED, FLAG };

struct option {
    const char *name;
    enum kind kind;
    size_t offset;
};

static const struct option OPTIONS[] = {
    {"--model", TEXT, offsetof(struct options, model)},
    {"--tokenizer", TEXT, offsetof(struct options, tokenizer)},
    {"--settings", TEXT, offsetof(struct options, settings)},
    {"--card", TEXT, offsetof(struct options, card)},
    {"--words", TEXT, offsetof(struct options, words)},
    {"--data", TEXT, offsetof(struct options, data)},
    {"--prompt", TEXT, offsetof(struct options, prompt)},
    {"--device", TEXT, offsetof(struct options, device)},
    {"--wav", TEXT, offsetof(struct options, wav)},
    {"--player", TEXT, offsetof(struct options, player)},
    {"--socket", TEXT, offsetof(struct options, socket)},
    {"--stories", NUMBER, offsetof(struct options, stories)},
    {"--steps", NUMBER, offsetof(struct options, steps)},
    {"--seed", SEED, offsetof(struct options, seed)},
    {"--read-out", SEED, offsetof(struct options, read_out)},
    {"--no-sound", FLAG, offsetof(struct options, no_sound)},
    {"--json", FLAG, offsetof(struct options, json)},
    {"--in-step", FLAG, offsetof(struct options, in_step)},
    {"--no-figures", FLAG, offsetof(struct options, no_figures)},
    {"--colour", FLAG, offsetof(struct options, colour)},
    {"--help", FLAG, offsetof(struct options, help)},
    {"-h", FLAG, offsetof(struct options, help)},
};

#define OPTION_COUNT (sizeof(OPTIONS) / sizeof(OPTIONS[0]))
#define LARGEST_NUMBER 100000

static const struct option *find_option(const char *name) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(OPTIONS[i].name, name) == 0) {
            return &OPTIONS[i];
        }
    }
    return NULL;
}

static bool take_value(void *target, const struct option *option, const char *value) {
    long number;
    bool ok = true;

    if (option->kind == TEXT) {
        memcpy(target, &value, sizeof(value));
    } else if (option->kind == SEED) {
        uint64_t seed;

        ok = settings_number(value, 1, LONG_MAX, &number);
        seed = ok ? (uint64_t)number : 0;
        memcpy(target, &seed, sizeof(seed));
    } else {
        ok = settings_number(value, 1, LARGEST_NUMBER, &number);
        memcpy(target, &number, sizeof(number));
    }
    return ok;
}

static bool check(const struct options *options, char *problem, size_t size) {
    if (options->no_sound && options->wav != NULL) {
        snprintf(problem, size, "--no-sound and --wav cannot be used together");
    } else if (options->device != NULL && options->wav != NULL) {
        snprintf(problem, size, "--device and --wav cannot be used together");
    } else if (options->player != NULL && (options->wav != NULL || options->no_sound)) {
        snprintf(problem, size, "--player and %s cannot be used together",
                 options->wav != NULL ? "--wav" : "--no-sound");
    } else if (options->prompt != NULL && strlen(options->prompt) >= PROMPT_BYTES) {
        snprintf(problem, size, "--prompt is too long: at most %d characters", PROMPT_BYTES - 1);
    } else {
        return true;
    }
    return false;
}

bool options_parse(struct options *options, int count, char **words, char *problem, size_t size) {
    memset(options, 0, sizeof(*options));
    for (int i = 1; i < count; i++) {
        const struct option *option = find_option(words[i]);
        char *target;

        if (option == NULL) {
            snprintf(problem, size, "unknown option '%s': see storyteller --help", words[i]);
            return false;
        }
        target = (char *)options + option->offset;
        if (option->kind == FLAG) {
            memcpy(target, &(bool){true}, sizeof(bool));
            continue;
        }
        if (i + 1 == count) {
            snprintf(problem, size, "%s needs a value: see storyteller --help", option->name);
            return false;
        }
        if (!take_value(target, option, words[++i])) {
            snprintf(problem, size, "%s: '%s' is not a whole number %s", option->name, words[i],
                     option->kind == NUMBER ? "from 1 to 100000" : "above 0");
            return false;
        }
    }
    return check(options, problem, size);
}
