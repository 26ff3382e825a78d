/* SPDX-License-Identifier: MIT */
#include "memory/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/folder.h"
#include "memory/record.h"

#define DAY_BYTES 48
#define DAYS 2 /* today, and the one before: the date, while the clock is not known */

static const char LAST[] = "last-story";
static const char FAVOURITES[] = "favourites";
static const char TODAY[] = "today";
static const char TOLD[] = "told";
static const char TOLD_BEFORE[] = "told.old";

struct day {
    char name[DAY_BYTES];
    int told;
};

struct shelf {
    struct folder folder;
    bool has_last;
    struct recipe last;
    struct recipe favourites[SHELF_FAVOURITES];
    size_t count;
    struct day days[DAYS]; /* the newest first */
};

static void take_last(void *user, int number, char *line) {
    struct shelf *shelf = user;

    (void)number;
    shelf->has_last = record_read(line, &shelf->last);
}

static void add_favourite(struct shelf *shelf, const struct recipe *recipe) {
    if (shelf->count == SHELF_FAVOURITES) {
        memmove(shelf->favourites, shelf->favourites + 1,
                --shelf->count * sizeof(shelf->favourites[0]));
    }
    shelf->favourites[shelf->count++] = *recipe;
}

static void take_favourite(void *user, int number, char *line) {
    struct recipe recipe;

    (void)number;
    if (record_read(line, &recipe)) {
        add_favourite(user, &recipe);
    }
}

static void take_today(void *user, int number, char *line) {
    struct shelf *shelf = user;
    struct day day;

    if (number <= DAYS && sscanf(line, "%47s %d", day.name, &day.told) == 2 && day.told >= 0) {
        shelf->days[number - 1] = day;
    }
}

struct shelf *shelf_open(const char *folder, complain_fn *complain, void *user) {
    struct shelf *shelf = calloc(1, sizeof(*shelf));

    if (shelf == NULL) {
        return NULL;
    }
    folder_open(&shelf->folder, folder, complain, user);
    folder_read(&shelf->folder, LAST, take_last, shelf);
    folder_read(&shelf->folder, FAVOURITES, take_favourite, shelf);
    folder_read(&shelf->folder, TODAY, take_today, shelf);
    return shelf;
}

void shelf_close(struct shelf *shelf) {
    if (shelf == NULL) {
        return;
    }
    folder_close(&shelf->folder);
    free(shelf);
}

bool shelf_last(const struct shelf *shelf, struct recipe *recipe) {
    if (shelf->has_last) {
        *recipe = shelf->last;
    }
    return shelf->has_last;
}

static bool is_same(const struct recipe *one, const struct recipe *other) {
    return one->seed == other->seed && one->temperature == other->temperature &&
           one->steps == other->steps && strcmp(one->prompt, other->prompt) == 0;
}

void shelf_set_last(struct shelf *shelf, const struct recipe *recipe) {
    char record[RECORD_BYTES];

    if (shelf->has_last && is_same(&shelf->last, recipe)) {
        return;
    }
    shelf->last = *recipe;
    shelf->has_last = true;
    record_write(recipe, record);
    folder_replace(&shelf->folder, LAST, record);
    folder_append(&shelf->folder, TOLD, record);
}

size_t shelf_favourites(const struct shelf *shelf) {
    return shelf->count;
}

const struct recipe *shelf_favourite(const struct shelf *shelf, size_t number) {
    return &shelf->favourites[number];
}

bool shelf_is_favourite(const struct shelf *shelf, const struct recipe *recipe) {
    for (size_t i = 0; i < shelf->count; i++) {
        if (is_same(&shelf->favourites[i], recipe)) {
            return true;
        }
    }
    return false;
}

void shelf_keep(struct shelf *shelf, const struct recipe *recipe) {
    char *text;

    if (shelf_is_favourite(shelf, recipe)) {
        return;
    }
    add_favourite(shelf, recipe);
    text = calloc(shelf->count, RECORD_BYTES);
    if (text == NULL) {
        return;
    }
    for (size_t i = 0, length = 0; i < shelf->count; i++) {
        record_write(&shelf->favourites[i], text + length);
        length += strlen(text + length);
    }
    folder_replace(&shelf->folder, FAVOURITES, text);
    free(text);
}

struct wanted {
    uint64_t seed;
    struct recipe *recipe;
    bool is_found;
};

static void take_wanted(void *user, int number, char *line) {
    struct wanted *wanted = user;
    struct recipe recipe;

    (void)number;
    if (record_read(line, &recipe) && recipe.seed == wanted->seed) {
        *wanted->recipe = recipe;
        wanted->is_found = true;
    }
}

bool shelf_find(struct shelf *shelf, uint64_t seed, struct recipe *recipe) {
    static const char *const FILES[] = {TOLD_BEFORE, TOLD, FAVOURITES};
    struct wanted wanted = {.seed = seed, .recipe = recipe};

    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        folder_read(&shelf->folder, FILES[i], take_wanted, &wanted);
    }
    return wanted.is_found;
}

int shelf_today(const struct shelf *shelf, const char *day) {
    int told = 0;

    for (int i = 0; i < DAYS; i++) {
        told += strcmp(shelf->days[i].name, day) == 0 ? shelf->days[i].told : 0;
    }
    return told;
}

static void write_days(struct shelf *shelf) {
    char text[DAYS * (DAY_BYTES + 16)];
    int length = 0;

    for (int i = 0; i < DAYS && shelf->days[i].name[0] != '\0'; i++) {
        length += snprintf(text + length, sizeof(text) - (size_t)length, "%s %d\n",
                           shelf->days[i].name, shelf->days[i].told);
    }
    folder_replace(&shelf->folder, TODAY, text);
}

void shelf_count(struct shelf *shelf, const char *day) {
    struct day today = {.told = shelf_today(shelf, day) + 1};

    if (strcmp(shelf->days[0].name, day) != 0) {
        shelf->days[1] = shelf->days[0];
    }
    snprintf(today.name, sizeof(today.name), "%s", day);
    shelf->days[0] = today;
    write_days(shelf);
}

void shelf_move_day(struct shelf *shelf, const char *from, const char *to) {
    struct day moved = {.told = shelf_today(shelf, from) + shelf_today(shelf, to)};

    if (strcmp(from, to) == 0 || shelf_today(shelf, from) == 0) {
        return;
    }
    snprintf(moved.name, sizeof(moved.name), "%s", to);
    shelf->days[0] = moved;
    shelf->days[1] = (struct day){.told = 0};
    write_days(shelf);
}

void shelf_replace(struct shelf *shelf, const char *name, const char *text) {
    folder_replace(&shelf->folder, name, text);
}

void shelf_read(struct shelf *shelf, const char *name, line_fn *take, void *user) {
    folder_read(&shelf->folder, name, take, user);
}

void shelf_append(struct shelf *shelf, const char *name, const char *text) {
    folder_append(&shelf->folder, name, text);
}
