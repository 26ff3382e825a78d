/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef STORYTELLER_OPTIONS_H
#define STORYTELLER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the command line says; NULL or 0 where it says nothing. */
struct options {
    const char *model;
    const char *tokenizer;
    const char *settings;
    const char *card;
    const char *words;
    const char *data;
    const char *prompt;
    const char *device;
    const char *wav;
    const char *player;
    const char *socket;
    uint64_t seed;
    uint64_t read_out;
    long stories;
    long steps;
    bool no_sound;
    bool json;
    bool in_step;
    bool no_figures;
    bool colour;
    bool help;
};

extern const char OPTIONS_HELP[];

/* Read the command line. Returns false with one sentence in problem when it makes no sense. */
bool options_parse(struct options *options, int count, char **words, char *problem, size_t size);

#endif
