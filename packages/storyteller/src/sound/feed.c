/* SPDX-License-Identifier: MIT */
#include "sound/feed.h"

#include <clock.h>

#define PART 256u
/* What a card may have fetched already, and cannot give back. */
#define FETCHED_MS 20u
/* What a card that gives nothing back gets ahead: it goes on for so long when it is to stop. */
#define AHEAD_MS 80u
/* The end of what the card has, which gets softer. */
#define TAIL_MS GAIN_FADE_MS
/* A buffer that has no room for such manners. */
#define SMALL_MS 100u

bool feed_open(struct feed *feed, struct sound *sound, unsigned seconds) {
    feed_close(feed);
    feed->sound = sound;
    feed->keeps = !sound->is_file && sound->buffer < feed_samples(feed, SMALL_MS);
    gain_begin(&feed->gain, sound->rate);
    if (sound->is_file) {
        feed->gain.now = feed->gain.wanted; /* nothing can click */
    }
    return ring_open(&feed->ring, (size_t)sound->rate * seconds);
}

void feed_close(struct feed *feed) {
    feed->sound = NULL;
    feed->delay = feed->tail = 0;
    feed->keeps = false;
    feed->drop_s = 0.0;
    ring_close(&feed->ring);
}

void feed_begin(struct feed *feed) {
    feed_report_begin(&feed->report);
    feed->is_finishing = false;
}

size_t feed_samples(const struct feed *feed, unsigned milliseconds) {
    return (size_t)feed->sound->rate * milliseconds / 1000;
}

size_t feed_level(const struct feed *feed) {
    return ring_waiting(&feed->ring) + feed->delay;
}

uint64_t feed_heard(const struct feed *feed) {
    uint64_t sent = feed->ring.sent;

    return sent > feed->delay ? sent - feed->delay : 0;
}

bool feed_is_live(const struct feed *feed) {
    return feed->sound != NULL && !feed->sound->is_file;
}

/* Send the next part. Returns how many samples were taken, or what sound.h tells. */
static long send_part(struct feed *feed, size_t most) {
    int16_t part[PART];
    size_t count = ring_peek(&feed->ring, part, most < PART ? most : PART);
    long taken;

    gain_apply(&feed->gain, part, count);
    taken = count > 0 ? feed->sound->write(feed->sound, part, count) : 0;
    if (taken > 0) {
        gain_move(&feed->gain, (size_t)taken);
        ring_move(&feed->ring, taken);
        feed_report_sent(&feed->report);
    }
    return taken;
}

/* The card played all it had: harmless at the end, a gap in the speech before. */
static void note_dry(struct feed *feed) {
    feed->delay = feed->tail = 0;
    feed->gain.now = 0;
    if (!feed->is_finishing) {
        feed_report_dry(&feed->report);
    }
}

/* How much the card has still to play, or SOUND_LOST or SOUND_STILL. */
static long ask_delay(struct feed *feed) {
    long delay = feed->sound->delay(feed->sound);

    if (delay == SOUND_RAN_DRY) {
        note_dry(feed);
        return 0;
    }
    return delay;
}

/* Take back at most so much of what the card has not fetched of its `delay`; the ring still has it.
 * Returns what the card keeps. */
static size_t take_back(struct feed *feed, long delay, size_t most) {
    size_t fetched = feed_samples(feed, FETCHED_MS), back = 0;
    size_t ahead = feed_samples(feed, AHEAD_MS);

    if (delay > 0 && (size_t)delay > fetched) {
        size_t own = (size_t)delay - fetched;

        back = feed->sound->rewind(feed->sound, own < most ? own : most);
        /* Little may be fetched already, and a card that ran dry meanwhile says so. */
        if (back == 0 && own > ahead) {
            feed->keeps = feed->keeps || ask_delay(feed) > (long)ahead;
        }
    }
    ring_move(&feed->ring, -(ptrdiff_t)back);
    if (feed->tail > 0) {
        feed->gain.now = feed->tail_gain;
        gain_fall(&feed->gain, feed->tail > back ? feed->tail - back : 0);
        feed->tail = 0;
    }
    return delay > 0 ? (size_t)delay - back : 0;
}

/*
 * Send the next samples, at most `count`, getting softer until there is silence. Returns how many.
 */
static size_t send_softer(struct feed *feed, size_t count) {
    int32_t wanted = feed->gain.wanted;
    size_t done = 0;
    long taken = 1;

    feed->gain.wanted = 0;
    while (done < count && taken > 0) {
        taken = send_part(feed, count - done);
        done += taken > 0 ? (size_t)taken : 0;
    }
    feed->gain.wanted = wanted;
    return done;
}

/* How long the end is that gets softer: none where nothing could be taken back. A card that is
 * empty (or says so) gets all: else nothing but softer ends would be heard. */
static size_t tail_of(const struct feed *feed, size_t in_card) {
    if (!feed_is_live(feed) || feed->is_finishing || feed->keeps || in_card == 0) {
        return 0;
    }
    return feed_samples(feed, TAIL_MS);
}

/* How much may be sent before the tail: a card that keeps all gets little. */
static size_t sendable(const struct feed *feed, size_t in_card, size_t tail) {
    size_t most = feed->keeps ? feed_samples(feed, AHEAD_MS) : feed->sound->buffer - tail;
    size_t ready = ring_waiting(&feed->ring), room = most > in_card ? most - in_card : 0;

    if (!feed_is_live(feed) || feed->is_finishing) {
        return ready;
    }
    ready = ready > tail ? ready - tail : 0;
    return ready < room ? ready : room;
}

/* The last that the card has gets softer, as nobody knows whether more comes in time; if it does,
 * this is taken back. */
static void send_tail(struct feed *feed, size_t tail) {
    feed->tail_gain = feed->gain.now;
    feed->tail = send_softer(feed, tail);
}

bool feed_pass_on(struct feed *feed) {
    long taken = 1, delay = ask_delay(feed);
    size_t in_card = delay > 0 ? (size_t)delay : 0, tail;

    if (feed->tail > 0) {
        in_card = take_back(feed, delay, feed->tail);
    }
    tail = tail_of(feed, in_card);
    for (size_t count; taken > 0 && (count = sendable(feed, in_card, tail)) > 0; in_card += PART) {
        taken = send_part(feed, count);
    }
    if (taken == SOUND_RAN_DRY) {
        note_dry(feed);
    }
    if (taken > 0) {
        send_tail(feed, tail);
    }
    if (feed->keeps) {
        feed->sound->finish(feed->sound); /* it would wait for more than it gets */
    }
    delay = ask_delay(feed);
    if (taken == SOUND_LOST || delay == SOUND_LOST || delay == SOUND_STILL) {
        return false;
    }
    feed->delay = delay > 0 ? (size_t)delay : 0;
    if (feed_is_live(feed) && !feed->is_finishing) {
        feed_report_level(&feed->report, 1e3 * (double)feed_level(feed) / feed->sound->rate);
    }
    return true;
}

bool feed_end_stop(struct feed *feed) {
    if (feed->drop_s <= 0.0) {
        return true;
    }
    if (clock_seconds() < feed->drop_s) {
        return false;
    }
    feed->sound->drop(feed->sound);
    feed->drop_s = 0.0;
    feed->delay = 0;
    feed->gain.now = 0;
    return true;
}

/* Write the next samples getting softer until there is silence; they stay waiting in the ring. */
static size_t fade_out(struct feed *feed) {
    static const int16_t silence[PART];
    uint64_t sent = feed->ring.sent;
    size_t fade = feed_samples(feed, GAIN_FADE_MS), done = send_softer(feed, fade);

    for (size_t tail = 0; tail < fade; tail += PART) {
        (void)feed->sound->write(feed->sound, silence, PART);
    }
    feed->sound->finish(feed->sound);
    feed->ring.sent = sent;
    return done;
}

void feed_stop(struct feed *feed) {
    size_t kept;

    if (!feed_is_live(feed) || feed->drop_s > 0.0) {
        return;
    }
    kept = take_back(feed, ask_delay(feed), SIZE_MAX);
    if (kept > feed_samples(feed, AHEAD_MS)) {
        ring_move(&feed->ring, -(ptrdiff_t)(kept < feed->ring.sent ? kept : feed->ring.sent));
        kept = 0;
    } else {
        kept += fade_out(feed);
    }
    feed->drop_s = clock_seconds() + (double)kept / feed->sound->rate;
}

void feed_set_gain(struct feed *feed, int32_t wanted) {
    feed->gain.wanted = wanted;
    if (feed_is_live(feed) && feed->drop_s <= 0.0) {
        /* What the card has already is to be as loud as the rest. */
        (void)take_back(feed, ask_delay(feed), SIZE_MAX);
    }
}

void feed_finish(struct feed *feed) {
    if (feed_is_live(feed)) {
        feed->sound->drop(feed->sound);
    }
    feed->delay = 0;
}
