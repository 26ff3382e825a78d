/* SPDX-License-Identifier: MIT */
/* Sound between the voice and the card, counted in samples since the ring was emptied. What was
 * sent to the card stays here until it was heard, so that it can be taken back. */
#ifndef STORYTELLER_RING_H
#define STORYTELLER_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
    int16_t *samples;
    size_t size;
    uint64_t written; /* by the voice */
    uint64_t sent;    /* to the card, at most `written` */
};

/* Make an empty ring of `size` samples. Returns false when memory is lacking. */
bool ring_open(struct ring *ring, size_t size);
void ring_close(struct ring *ring);

/* Samples that the card has not got yet. */
size_t ring_waiting(const struct ring *ring);

/* Samples that fit while the card still plays `delay` of those it got. */
size_t ring_room(const struct ring *ring, size_t delay);

/* Append samples, for which there must be room; NULL: silence. */
void ring_write(struct ring *ring, const int16_t *samples, size_t count);

/* Copy the next samples for the card, which stay waiting: at most `count`. Returns how many. */
size_t ring_peek(const struct ring *ring, int16_t *samples, size_t count);

/* The card has these now, or, with a negative count, has given so many back. */
void ring_move(struct ring *ring, ptrdiff_t count);

#endif
