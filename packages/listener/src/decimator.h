/* SPDX-License-Identifier: MIT */
/* From 48,000 samples a second, which every sound card has, to 16,000. */
#ifndef LISTENER_DECIMATOR_H
#define LISTENER_DECIMATOR_H

#include <stddef.h>
#include <stdint.h>

#define DECIMATOR_TAPS 48

struct decimator {
    int16_t last[DECIMATOR_TAPS]; /* the newest last */
};

/* Take three times count samples, give count. What a third of the rate cannot hold is filtered out
 * before, so that it is not heard as something else. */
void decimator_run(struct decimator *decimator, const int16_t *fast, int16_t *slow, size_t count);

#endif
