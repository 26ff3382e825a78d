/* SPDX-License-Identifier: MIT */
/* How sound went out to the card. */
#ifndef STORYTELLER_FEED_REPORT_H
#define STORYTELLER_FEED_REPORT_H

#include <stdbool.h>

struct feed_report {
    double first_s;      /* clock_seconds() of the first sound; 0: none */
    double first_ever_s; /* the same, of all reports */
    double lowest_ms;    /* of what lay ready since the card plays, until its end; -1: never */
    unsigned underruns;  /* the card ran dry before the end */
    bool is_underway;    /* as much lay ready as a card wants to begin with */
};

void feed_report_begin(struct feed_report *report);

/* Something was sent; the card ran dry; so much lies ready. */
void feed_report_sent(struct feed_report *report);
void feed_report_dry(struct feed_report *report);
void feed_report_level(struct feed_report *report, double level_ms);

#endif
