/* SPDX-License-Identifier: MIT */
#include "sound/ring.h"

#include <stdlib.h>
#include <string.h>

bool ring_open(struct ring *ring, size_t size) {
    *ring = (struct ring){.samples = calloc(size, sizeof(int16_t)), .size = size};
    return ring->samples != NULL;
}

void ring_close(struct ring *ring) {
    free(ring->samples);
    *ring = (struct ring){0};
}

size_t ring_waiting(const struct ring *ring) {
    return (size_t)(ring->written - ring->sent);
}

size_t ring_room(const struct ring *ring, size_t delay) {
    size_t used = ring_waiting(ring) + delay;

    return used < ring->size ? ring->size - used : 0;
}

/* Where a sample lies, and how many lie behind it without a turn. */
static int16_t *place(const struct ring *ring, uint64_t at, size_t *length) {
    size_t start = (size_t)(at % ring->size);

    *length = *length < ring->size - start ? *length : ring->size - start;
    return ring->samples + start;
}

void ring_write(struct ring *ring, const int16_t *samples, size_t count) {
    while (count > 0) {
        size_t length = count;
        int16_t *to = place(ring, ring->written, &length);

        if (samples == NULL) {
            memset(to, 0, length * sizeof(*to));
        } else {
            memcpy(to, samples, length * sizeof(*to));
            samples += length;
        }
        ring->written += length;
        count -= length;
    }
}

size_t ring_peek(const struct ring *ring, int16_t *samples, size_t count) {
    size_t done = 0;

    count = count < ring_waiting(ring) ? count : ring_waiting(ring);
    while (done < count) {
        size_t length = count - done;
        const int16_t *from = place(ring, ring->sent + done, &length);

        memcpy(samples + done, from, length * sizeof(*from));
        done += length;
    }
    return count;
}

void ring_move(struct ring *ring, ptrdiff_t count) {
    ring->sent += (uint64_t)count;
}
