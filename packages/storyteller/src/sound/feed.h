/* SPDX-License-Identifier: MIT */
/* From the ring to the card: soft starts and stops, and what is known of how it went. For one
 * thread at a time. */
#ifndef STORYTELLER_FEED_H
#define STORYTELLER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sound/feed_report.h"
#include "sound/gain.h"
#include "sound/ring.h"
#include "sound/sound.h"

struct feed {
    struct sound *sound; /* NULL: nothing is heard */
    struct ring ring;
    struct gain gain;
    struct feed_report report;
    size_t tail;       /* the newest samples in the card that get softer, in case no more come */
    int32_t tail_gain; /* of the sample before them */
    size_t delay;      /* in the card, when it was asked last */
    double drop_s; /* clock_seconds() when a soft stop will have been heard; 0: none is coming */
    bool keeps;    /* the card gives nothing back, or is too small for it */
    bool is_finishing; /* no more will come: the card may run dry */
};

/* Feed this sound, which stays the caller's, from an empty ring of so many seconds. Returns false
 * when memory is lacking. */
bool feed_open(struct feed *feed, struct sound *sound, unsigned seconds);
void feed_close(struct feed *feed);

/* A new report; what is on its way stays. */
void feed_begin(struct feed *feed);

/* Samples of so many milliseconds; those that lie ready in ring and card. */
size_t feed_samples(const struct feed *feed, unsigned milliseconds);
size_t feed_level(const struct feed *feed);

/* How many samples were heard since feed_open(). */
uint64_t feed_heard(const struct feed *feed);

/* Whether all is a matter of now: a file has no time. */
bool feed_is_live(const struct feed *feed);

/* Pass on what the card has room for. Returns false when the card is lost. */
bool feed_pass_on(struct feed *feed);

/* From now on the card gets softer until it is silent. What it did not play waits in the ring. */
void feed_stop(struct feed *feed);

/* Drop what the card has behind a soft stop. Returns false while the stop is still being heard. */
bool feed_end_stop(struct feed *feed);

/* Loudness, as gain_of() has it; heard at once. */
void feed_set_gain(struct feed *feed, int32_t wanted);

/* No more will come, and all is passed on. */
void feed_finish(struct feed *feed);

#endif
