/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include "clock.h"

#define PART 256u
/* What a card may have fetched already, and cannot give back. */
#define FETCHED_MS 20u
/* A card that gives nothing back is cut off when it would go on for longer. */
#define CUT_MS 80u
#define UNDERWAY_MS 100u

bool feed_open(struct feed *feed, struct sound *sound, unsigned seconds)
{
    feed_close(feed);
    feed->sound = sound;
    gain_begin(&feed->gain, sound->rate);
    if (sound->is_file)
        feed->gain.now = feed->gain.wanted; /* nothing can click */
    return ring_open(&feed->ring, (size_t)sound->rate * seconds);
}

void feed_close(struct feed *feed)
{
    feed->sound = NULL;
    feed->delay = 0;
    feed->drop_s = 0.0;
    ring_close(&feed->ring);
}

void feed_begin(struct feed *feed)
{
    feed->report =
        (struct feed_report){.first_ever_s = feed->report.first_ever_s, .lowest_ms = -1.0};
    feed->is_underway = feed->is_finishing = false;
}

size_t feed_samples(const struct feed *feed, unsigned milliseconds)
{
    return (size_t)feed->sound->rate * milliseconds / 1000;
}

size_t feed_level(const struct feed *feed)
{
    return ring_waiting(&feed->ring) + feed->delay;
}

bool feed_is_live(const struct feed *feed)
{
    return feed->sound != NULL && !feed->sound->is_file;
}

static void note_first(struct feed_report *report)
{
    if (report->first_s <= 0.0)
        report->first_s = clock_seconds();
    if (report->first_ever_s <= 0.0)
        report->first_ever_s = report->first_s;
}

/* Send the next part. Returns how many samples were taken, or what sound.h tells. */
static long send_part(struct feed *feed, size_t most)
{
    int16_t part[PART];
    size_t count = ring_peek(&feed->ring, part, most < PART ? most : PART);
    long taken;

    gain_apply(&feed->gain, part, count);
    taken = count > 0 ? feed->sound->write(feed->sound, part, count) : 0;
    if (taken > 0) {
        gain_move(&feed->gain, (size_t)taken);
        ring_move(&feed->ring, taken);
        note_first(&feed->report);
    }
    return taken;
}

/* The card played all it had: harmless at the end, a gap in the speech before. */
static void note_dry(struct feed *feed)
{
    feed->delay = 0;
    feed->gain.now = 0;
    if (feed->is_finishing)
        return;
    feed->report.underruns++;
    feed->report.lowest_ms = 0.0;
}

static void note_level(struct feed *feed)
{
    double level_ms = 1e3 * (double)feed_level(feed) / feed->sound->rate;

    feed->is_underway = feed->is_underway || level_ms >= UNDERWAY_MS;
    if (feed->is_finishing || !feed_is_live(feed) || !feed->is_underway)
        return;
    if (feed->report.lowest_ms < 0.0 || level_ms < feed->report.lowest_ms)
        feed->report.lowest_ms = level_ms;
}

bool feed_pass_on(struct feed *feed)
{
    long taken, delay = feed->sound->delay(feed->sound);

    do {
        taken = send_part(feed, PART);
        if (taken == SOUND_RAN_DRY)
            note_dry(feed);
    } while (taken > 0);
    if (delay == SOUND_RAN_DRY)
        note_dry(feed);
    delay = feed->sound->delay(feed->sound);
    if (taken == SOUND_LOST || delay == SOUND_LOST)
        return false;
    feed->delay = delay > 0 ? (size_t)delay : 0;
    note_level(feed);
    return true;
}

bool feed_end_stop(struct feed *feed)
{
    if (feed->drop_s <= 0.0)
        return true;
    if (clock_seconds() < feed->drop_s)
        return false;
    feed->sound->drop(feed->sound);
    feed->drop_s = 0.0;
    feed->delay = 0;
    feed->gain.now = 0;
    return true;
}

/* Write the next samples getting softer until there is silence; they stay waiting in the ring. */
static size_t fade_out(struct feed *feed)
{
    static const int16_t silence[PART];
    int32_t wanted = feed->gain.wanted;
    uint64_t sent = feed->ring.sent;
    size_t fade = feed_samples(feed, GAIN_FADE_MS), done = 0;
    long taken = 1;

    feed->gain.wanted = 0;
    while (done < fade && taken > 0) {
        taken = send_part(feed, fade - done);
        done += taken > 0 ? (size_t)taken : 0;
    }
    for (size_t tail = 0; tail < fade; tail += PART)
        (void)feed->sound->write(feed->sound, silence, PART);
    feed->sound->finish(feed->sound);
    feed->gain.wanted = wanted;
    feed->ring.sent = sent;
    return done;
}

/* Take back what the card has not fetched yet, which the ring still has. Returns what it keeps. */
static size_t take_back(struct feed *feed)
{
    long delay = feed->sound->delay(feed->sound);
    size_t fetched = feed_samples(feed, FETCHED_MS), back = 0;

    if (delay <= 0)
        return 0;
    if ((size_t)delay > fetched)
        back = feed->sound->rewind(feed->sound, (size_t)delay - fetched);
    ring_move(&feed->ring, -(ptrdiff_t)back);
    return (size_t)delay - back;
}

void feed_stop(struct feed *feed)
{
    size_t kept;

    if (!feed_is_live(feed) || feed->drop_s > 0.0)
        return;
    kept = take_back(feed);
    if (kept > feed_samples(feed, CUT_MS)) {
        ring_move(&feed->ring, -(ptrdiff_t)(kept < feed->ring.sent ? kept : feed->ring.sent));
        kept = 0;
    } else {
        kept += fade_out(feed);
    }
    feed->drop_s = clock_seconds() + (double)kept / feed->sound->rate;
}

void feed_set_gain(struct feed *feed, int32_t wanted)
{
    feed->gain.wanted = wanted;
    if (feed_is_live(feed) && feed->drop_s <= 0.0)
        (void)take_back(feed); /* what the card has already is to be as loud as the rest */
}

void feed_finish(struct feed *feed)
{
    if (feed_is_live(feed))
        feed->sound->drop(feed->sound);
    feed->delay = 0;
}
