/* SPDX-License-Identifier: MIT */
/* Ctrl-C (SIGINT) and SIGTERM: a request to stop, which both threads ask for often. */
#ifndef STORYTELLER_STOP_H
#define STORYTELLER_STOP_H

#include <stdbool.h>

/* While nothing is open yet that has to be closed: the signals end the program with status 0. */
void stop_leave_at_once(void);

/* From now on the signals are only noted. */
void stop_note(void);

/* Whether a signal came. */
bool stop_is_wanted(void);

#endif
