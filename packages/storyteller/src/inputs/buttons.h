/* SPDX-License-Identifier: MIT */
/* Buttons on GPIO lines, through the kernel's character device (Linux 5.10 and newer). */
#ifndef STORYTELLER_BUTTONS_H
#define STORYTELLER_BUTTONS_H

#include <poll.h>
#include <stdint.h>

#include "inputs/presses.h"

struct buttons {
    int lines[BUTTONS]; /* negative: no such button */
    struct presses presses;
};

/* Called with a sentence about a button that cannot be had. */
typedef void buttons_complaint_fn(void *user, const char *complaint);

/* Take the lines that a settings file names, as in main=gpiochip0:28; a button that it does not
 * name, or without a value, is not there. A button connects its line with ground. */
void buttons_open(struct buttons *buttons, const char *settings, buttons_complaint_fn *complain,
                  void *user);
void buttons_close(struct buttons *buttons);

/* Fill in what to poll for; returns how many of at most BUTTONS. */
int buttons_poll(const struct buttons *buttons, struct pollfd *polled);

/* The time that presses go by: milliseconds of the clock that stamps the edges. */
int64_t buttons_now_ms(void);

/* Read the edges that have come. */
void buttons_look(struct buttons *buttons);

#endif
