/* SPDX-License-Identifier: MIT */
/* A thread that leaves signals to the main one, where they end waiting for input. What is its own
 * fault is handled by itself, as that leaves the terminal as it was (inputs/terminal.c). */
#ifndef STORYTELLER_THREAD_H
#define STORYTELLER_THREAD_H

#include <pthread.h>
#include <stdbool.h>

bool thread_start(pthread_t *thread, void *(*run)(void *user), void *user);

#endif
