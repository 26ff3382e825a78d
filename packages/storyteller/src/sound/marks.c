/* SPDX-License-Identifier: MIT */
#include "sound/marks.h"

#include <string.h>

void marks_clear(struct marks *marks) {
    memset(marks, 0, sizeof(*marks));
}

void marks_set(struct marks *marks, uint64_t place) {
    if (marks->set - marks->heard == MARKS_MOST) {
        marks->heard++;
    }
    marks->places[marks->set++ % MARKS_MOST] = place;
}

unsigned marks_heard(struct marks *marks, uint64_t place) {
    while (marks->heard < marks->set && marks->places[marks->heard % MARKS_MOST] < place) {
        marks->heard++;
    }
    return marks->heard;
}
