/* SPDX-License-Identifier: MIT */
/* Places in the sound, in samples, and how many of them were heard. */
#ifndef STORYTELLER_MARKS_H
#define STORYTELLER_MARKS_H

#include <stdint.h>

/* More than lie in a ring buffer: the words of four seconds. */
#define MARKS_MOST 64u

struct marks {
    uint64_t places[MARKS_MOST];
    unsigned set;
    unsigned heard;
};

/* Forget all. */
void marks_clear(struct marks *marks);

/* What is written next, at `place`, is marked. Where there are too many, the oldest counts as
 * heard. */
void marks_set(struct marks *marks, uint64_t place);

/* How many marks were heard since marks_clear(), now that all before `place` was. */
unsigned marks_heard(struct marks *marks, uint64_t place);

#endif
