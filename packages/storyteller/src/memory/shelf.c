/* SPDX-License-Identifier: MIT */
#include "memory/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory/folder.h"
#include "memory/record.h"

#define DAY_BYTES 48

static const char LAST[] = "last-story";
static const char FAVOURITES[] = "favourites";
static const char TODAY[] = "today";

struct shelf {
    struct folder folder;
    bool has_last;
    struct recipe last;
    struct recipe favourites[SHELF_FAVOURITES];
    size_t count;
    char day[DAY_BYTES];
    int told;
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

    (void)number;
    if (sscanf(line, "%47s %d", shelf->day, &shelf->told) != 2 || shelf->told < 0) {
        shelf->told = 0;
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

void shelf_set_last(struct shelf *shelf, const struct recipe *recipe) {
    char record[RECORD_BYTES];

    shelf->last = *recipe;
    shelf->has_last = true;
    record_write(recipe, record);
    folder_replace(&shelf->folder, LAST, record);
}

size_t shelf_favourites(const struct shelf *shelf) {
    return shelf->count;
}

const struct recipe *shelf_favourite(const struct shelf *shelf, size_t number) {
    return &shelf->favourites[number];
}

bool shelf_is_favourite(const struct shelf *shelf, const struct recipe *recipe) {
    for (size_t i = 0; i < shelf->count; i++) {
        const struct recipe *kept = &shelf->favourites[i];

        if (kept->seed == recipe->seed && kept->temperature == recipe->temperature &&
            kept->steps == recipe->steps && strcmp(kept->prompt, recipe->prompt) == 0) {
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

int shelf_today(const struct shelf *shelf, const char *day) {
    return strcmp(shelf->day, day) == 0 ? shelf->told : 0;
}

void shelf_count(struct shelf *shelf, const char *day) {
    char text[DAY_BYTES + 16];

    shelf->told = shelf_today(shelf, day) + 1;
    snprintf(shelf->day, sizeof(shelf->day), "%s", day);
    snprintf(text, sizeof(text), "%s %d\n", shelf->day, shelf->told);
    folder_replace(&shelf->folder, TODAY, text);
}

void shelf_replace(struct shelf *shelf, const char *name, const char *text) {
    folder_replace(&shelf->folder, name, text);
}

void shelf_append(struct shelf *shelf, const char *name, const char *text) {
    folder_append(&shelf->folder, name, text);
}
