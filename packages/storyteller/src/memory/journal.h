/* SPDX-License-Identifier: MIT */
/* The record of what was told: a line of JSON for programs, the text for parents. */
#ifndef STORYTELLER_JOURNAL_H
#define STORYTELLER_JOURNAL_H

#include <llama.h>

#include "memory/shelf.h"
#include "story/story.h"
#include "voice/speaker.h"

/* A story that was told. */
struct told {
    long number;
    const struct recipe *recipe;
    enum story_end end;
    struct story_figures figures;
    struct llama_stats stats;
    struct speaker_report heard;
    double begun_s; /* clock_seconds() */
};

/* Room for a line of JSON, with its end. */
#define JOURNAL_LINE_BYTES 2048

/* The line about a story, with its line end. */
void journal_line(const struct told *told, char line[JOURNAL_LINE_BYTES]);

/* Append the line to stories.jsonl. */
void journal_write(struct shelf *shelf, const char *line);

/* Append the text of a story to stories.txt, below a line of number, seed and day. */
void journal_write_text(struct shelf *shelf, const struct told *told, const char *text);

#endif
