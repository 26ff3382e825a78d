/* SPDX-License-Identifier: MIT */
/* A line of openings.txt: the first words of a story, with gaps for words of the lists. */
#ifndef STORYTELLER_OPENING_H
#define STORYTELLER_OPENING_H

#include "text/list.h"

struct gap {
    const char *mark;    /* as it is written: "{hero}" */
    enum list_kind kind; /* whose words fill it */
};

/* The gap that the text begins with, or NULL. */
const struct gap *opening_gap(const char *text);

/* What is wrong with a line, or NULL. */
const char *opening_check(const char *line);

#endif
