/* SPDX-License-Identifier: MIT */
/* The recogniser, a process of its own: it is there only while it is needed, and whatever becomes
 * of it is an answer. */
#ifndef STORYTELLER_LISTENING_H
#define STORYTELLER_LISTENING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inputs/request.h"

#define LISTENING_LINE_BYTES 128

struct listening {
    pid_t pid;   /* 0: nobody listens */
    int release; /* closed when the button is released; negative then */
    int answer;  /* gets one line, then its end */
    int64_t end_ms;
    char line[LISTENING_LINE_BYTES];
    size_t length;
};

/* Start to listen. is_answer: for one word, until a voice ends; else for a whole request, until
 * listening_release() as well. Returns false where the recogniser cannot be started. */
bool listening_begin(struct listening *listening, bool is_answer, int64_t now_ms);

/* The button was released. */
void listening_release(struct listening *listening);

/* Read what has come of the answer. Returns whether it is complete: then request is a
 * REQUEST_STORY, and nobody listens any more. What was not understood, for whatever reason, is
 * empty. */
bool listening_take(struct listening *listening, int64_t now_ms, struct request *request);

/* End it without an answer. */
void listening_stop(struct listening *listening);

#endif
