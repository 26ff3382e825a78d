/* SPDX-License-Identifier: MIT */
/* All ways in, behind one wait: the console's line, the buttons, the recogniser, the socket. */
#ifndef STORYTELLER_INPUTS_H
#define STORYTELLER_INPUTS_H

#include <stdbool.h>

#include "inputs/console.h"
#include "inputs/request.h"

struct inputs;
struct remote;

/* Open what there is. The console stays the caller's, and so does the socket (remote.h; may be
 * NULL). Returns NULL when memory is lacking; buttons that cannot be had are told on the console
 * and are no error. */
struct inputs *inputs_open(struct console *console, struct remote *remote);
void inputs_close(struct inputs *inputs);

/* Wait at most timeout_ms for a request (0: just look). Returns whether one came; a signal ends
 * waiting early. */
bool inputs_wait(struct inputs *inputs, int timeout_ms, struct request *request);

/* Whether the press behind a REQUEST_PAUSE may still grow into another request, which then comes
 * soon. */
bool inputs_may_grow(const struct inputs *inputs);

/* Listen for one word, the answer to a question that was just spoken: until a voice has ended, or
 * 4 s. A REQUEST_STORY will tell what was heard. Returns false where nothing can be heard. */
bool inputs_listen(struct inputs *inputs);

#endif
