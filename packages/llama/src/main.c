/* SPDX-License-Identifier: MIT */
/* The program `run`: the command line and the output of llama2.c's run.c. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "llama.h"

static const char USAGE[] =
    "usage:   run <checkpoint> [options]\n"
    "example: run model.bin -n 256 -i \"Once upon a time\"\n"
    "  -t <float>   temperature; 0 is greedy (default 1.0)\n"
    "  -p <float>   top-p, 0 to 1 (default 0.9)\n"
    "  -s <int>     random seed (default: the time)\n"
    "  -n <int>     max tokens; 0 is the model's sequence length (default 256)\n"
    "  -i <text>    prompt\n"
    "  -z <path>    tokenizer (default: the packed model's own, or tokenizer.bin)\n"
    "  -m generate  the only mode\n";

/* Where the card has its models. */
#ifndef MODELS
#define MODELS "/usr/share/llama/"
#endif
#define PACKED MODELS "model.bin"

struct arguments {
    const char *model;
    const char *tokenizer;
    const char *prompt;
    struct llama_settings settings;
};

static bool complain(const char *option, const char *value, const char *expected) {
    fprintf(stderr, "run: %s %s: expected %s\n", option, value, expected);
    return false;
}

static bool read_float(const char *option, const char *text, float *value) {
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number)) {
        return complain(option, text, "a number");
    }
    *value = (float)number;
    return true;
}

static bool read_int(const char *option, const char *text, long long *value) {
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno == ERANGE) {
        return complain(option, text, "a whole number");
    }
    return true;
}

/*
 * The seed that run.c makes of a number: it reads an int, and -1 becomes 2^64 - 1. What is 0 then
 * would draw the coin 0 for ever; the time takes its place, or, where no clock was ever set, 1.
 */
static uint64_t settle_seed(long long number) {
    uint64_t seed = (uint64_t)(int32_t)number;
    if (seed == 0) {
        seed = (uint64_t)time(NULL);
    }
    return seed == 0 ? 1 : seed;
}

/* Numbers outside their range are silently replaced, as run.c does. */
static void settle(struct arguments *arguments, long long seed, long long steps) {
    struct llama_settings *settings = &arguments->settings;
    if (settings->temperature < 0.0f) {
        settings->temperature = 0.0f;
    }
    if (settings->topp < 0.0f || settings->topp > 1.0f) {
        settings->topp = 0.9f;
    }
    settings->seed = settle_seed(seed);
    settings->steps = steps > 0 && steps < 1 << 30 ? (int)steps : 0;
}

static bool read_option(struct arguments *arguments, const char *option, const char *value,
                        long long *seed, long long *steps) {
    if (strlen(option) != 2 || option[0] != '-') {
        fprintf(stderr, "run: unknown option '%s'\n%s", option, USAGE);
        return false;
    }
    switch (option[1]) {
    case 't':
        return read_float(option, value, &arguments->settings.temperature);
    case 'p':
        return read_float(option, value, &arguments->settings.topp);
    case 's':
        return read_int(option, value, seed);
    case 'n':
        return read_int(option, value, steps);
    case 'i':
        arguments->prompt = value;
        return true;
    case 'z':
        arguments->tokenizer = value;
        return true;
    case 'm':
        return strcmp(value, "generate") == 0 || complain(option, value, "generate");
    default:
        fprintf(stderr, "run: unknown option '%s'\n%s", option, USAGE);
        return false;
    }
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv) {
    long long seed = 0, steps = 256;
    *arguments = (struct arguments){
        .settings = {.temperature = 1.0f, .topp = 0.9f},
    };
    if (argc < 2) {
        fputs(USAGE, stderr);
        return false;
    }
    arguments->model = argv[1];
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 == argc) {
            fprintf(stderr, "run: %s needs a value\n%s", argv[i], USAGE);
            return false;
        }
        if (!read_option(arguments, argv[i], argv[i + 1], &seed, &steps)) {
            return false;
        }
    }
    settle(arguments, seed, steps);
    return true;
}

/* Each piece is flushed at once: a person watches the story grow. */
static bool print_piece(void *user, const char *piece) {
    (void)user;
    return fputs(piece, stdout) >= 0 && fflush(stdout) == 0;
}

static int report(const struct llama_stats *stats) {
    if (puts("") < 0 || fflush(stdout) != 0) {
        fprintf(stderr, "run: cannot write the story: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    if (getenv("LLAMA_STATS") != NULL) {
        const struct llama_certainty *counts = &stats->certainty;
        fprintf(stderr,
                "chosen: %d, with closer bounds: %d, with a float32 pass: %d, from all rows: %d; "
                "drafted: %d, accepted: %d; first pass after %.3f s\n",
                counts->tokens, counts->closer, counts->passes, counts->all, counts->drafted,
                counts->right, stats->first_seconds);
    }
    if (stats->tokens > 0) {
        fprintf(stderr, "achieved tok/s: %f\n", stats->tokens / stats->seconds);
    }
    return EXIT_SUCCESS;
}

/*
 * A bare name that is not here is looked for among the card's models (`room` holds the path), also
 * as the checkpoint that the packed one was made from.
 */
static const char *find_model(const char *name, char *room, size_t size) {
    if (access(name, F_OK) == 0 || strchr(name, '/') != NULL) {
        return name;
    }
    int length = snprintf(room, size, MODELS "%s", name);
    if (length > 0 && (size_t)length < size && access(room, F_OK) == 0) {
        return room;
    }
    return llama_is_of(PACKED, name) ? PACKED : name;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    char room[512];
    if (!read_arguments(&arguments, argc, argv)) {
        return EXIT_FAILURE;
    }
    arguments.model = find_model(arguments.model, room, sizeof room);
    struct llama_error error;
    struct llama_stats stats;
    struct llama *llama = llama_open(arguments.model, arguments.tokenizer, &error);
    bool told = llama != NULL && llama_tell(llama, arguments.prompt, &arguments.settings,
                                            print_piece, NULL, &stats, &error);
    llama_close(llama);
    if (!told) {
        fprintf(stderr, "run: %s\n", error.text);
        return EXIT_FAILURE;
    }
    return report(&stats);
}
