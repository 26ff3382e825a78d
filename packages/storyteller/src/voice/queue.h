/* SPDX-License-Identifier: MIT */
/* A bounded queue of sentences between the thread that invents and the one that speaks. */
#ifndef STORYTELLER_QUEUE_H
#define STORYTELLER_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

#include "text/sentence.h"

/* Few and small: when the queue is full, inventing waits, and memory stays flat. */
#define QUEUE_SLOTS 3

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char slots[QUEUE_SLOTS][SENTENCE_BYTES];
    int first;
    int count;
    bool is_busy;   /* a sentence was taken, and the taker has not said queue_done() */
    bool is_closed; /* no more will come */
};

/* Make an empty queue. Returns false when the system has no means left for it. */
bool queue_init(struct queue *queue);
void queue_destroy(struct queue *queue);

/* Append a sentence, waiting at most timeout_ms for room. Returns false while there is none. */
bool queue_push(struct queue *queue, const char *sentence, int timeout_ms);

/* Take the oldest sentence, waiting for one at most timeout_ms, or, if that is negative, until the
 * queue is closed. Returns false when there was none. */
bool queue_take(struct queue *queue, char sentence[SENTENCE_BYTES], int timeout_ms);

/* The sentence that was taken last is dealt with. */
void queue_done(struct queue *queue);

/* Wait at most timeout_ms until all is dealt with. Returns whether it is. */
bool queue_wait(struct queue *queue, int timeout_ms);

/* Forget the sentences that nobody has taken yet. */
void queue_clear(struct queue *queue);

/* No more sentences will come: queue_take() no longer waits. */
void queue_close(struct queue *queue);

/* Whether it was closed, and all sentences were taken. */
bool queue_is_closed(struct queue *queue);

#endif
