/* SPDX-License-Identifier: MIT */
/* The watchdog: the board starts anew when one of the threads no longer makes progress. */
#ifndef STORYTELLER_WATCHDOG_H
#define STORYTELLER_WATCHDOG_H

struct watchdog;

enum watchdog_thread {
    WATCHDOG_INVENTING, /* the thread that invents, and waits for requests */
    WATCHDOG_SPEAKING,
    WATCHDOG_THREADS,
};

/* Open the hardware's watchdog where there is one; else nothing is watched. Returns NULL when
 * memory is lacking, which all functions take. */
struct watchdog *watchdog_open(void);

/* Stop watching: a program that ends by choice does not start the board anew. */
void watchdog_close(struct watchdog *watchdog);

/* The calling thread has got on: a token, a part of speech, a look for requests. Cheap; from any
 * thread. Has to come at least every 10 s from a thread that is not idle. */
void watchdog_progress(struct watchdog *watchdog, enum watchdog_thread thread);

/* The thread has nothing to do until its next watchdog_progress(). */
void watchdog_idle(struct watchdog *watchdog, enum watchdog_thread thread);

#endif
