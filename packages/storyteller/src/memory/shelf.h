/* SPDX-License-Identifier: MIT */
/*
 * What is kept in /data: the last story, the favourites, today's count, and what was told.
 * What is damaged or cannot be written is told once, and the stories go on without: see folder.h.
 */
#ifndef STORYTELLER_SHELF_H
#define STORYTELLER_SHELF_H

#include <lines.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "story/story.h"

#define SHELF_FAVOURITES 100

struct shelf;

/* Open the shelf in a folder, which need not be there; NULL: nothing is kept beyond this run.
 * Troubles go to complain (line 0). Returns NULL when the system has no memory left. */
struct shelf *shelf_open(const char *folder, complain_fn *complain, void *user);
void shelf_close(struct shelf *shelf);

/* The last story. Returns false when there is none. */
bool shelf_last(const struct shelf *shelf, struct recipe *recipe);
void shelf_set_last(struct shelf *shelf, const struct recipe *recipe);

/* The favourites, oldest first. Keeping one that is kept already changes nothing; beyond
 * SHELF_FAVOURITES, the oldest goes. */
size_t shelf_favourites(const struct shelf *shelf);
bool shelf_is_favourite(const struct shelf *shelf, const struct recipe *recipe);
const struct recipe *shelf_favourite(const struct shelf *shelf, size_t number);
void shelf_keep(struct shelf *shelf, const struct recipe *recipe);

/* A story that is kept or was told, by its seed: the newest one, as far as the folder has them.
 * Returns false when there is none. */
bool shelf_find(struct shelf *shelf, uint64_t seed, struct recipe *recipe);

/* How many stories were told in this day: see today.h. */
int shelf_today(const struct shelf *shelf, const char *day);
void shelf_count(struct shelf *shelf, const char *day);

/* What was told on one day was told on another: the clock is known now, and today has a date. */
void shelf_move_day(struct shelf *shelf, const char *from, const char *to);

/* Put a text in the place of a file of the folder: see folder_replace(). */
void shelf_replace(struct shelf *shelf, const char *name, const char *text);

/* Hand each line of a file of the folder to take: see folder_read(). */
void shelf_read(struct shelf *shelf, const char *name, line_fn *take, void *user);

/* Append a text to a file of the folder: see folder_append(). */
void shelf_append(struct shelf *shelf, const char *name, const char *text);

#endif
