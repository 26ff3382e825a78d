/* SPDX-License-Identifier: MIT */
#include "select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"

/*
 * Tokens that training never met keep the small random rows they began with, moved together. They
 * are the crowd around a centre; rows farther out than this times its median distance are listed.
 */
static const float CROWD = 1.25f;
enum { ROUNDS = 8 };

static float distance(const float *row, const float *centre, int columns) {
    double sum = 0.0;
    for (int c = 0; c < columns; c++) {
        double gap = (double)row[c] - (double)centre[c];
        sum += gap * gap;
    }
    /* The next float up: a radius may be too large, never too small. */
    return nextafterf((float)sqrt(sum), INFINITY);
}

int select_by_value(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static float median(const float *values, float *room, int count) {
    memcpy(room, values, (size_t)count * sizeof *room);
    qsort(room, (size_t)count, sizeof *room, select_by_value);
    return room[count / 2];
}

/* The mean of the rows that are not listed; the old centre where there is none. */
static void move_centre(struct selection *s, const float *w, int rows, int columns, double *sums) {
    int count = 0;
    memset(sums, 0, (size_t)columns * sizeof *sums);
    for (int r = 0; r < rows; r++) {
        if (!s->listed[r]) {
            count++;
            for (int c = 0; c < columns; c++) {
                sums[c] += (double)w[(size_t)r * (size_t)columns + (size_t)c];
            }
        }
    }
    for (int c = 0; count > 0 && c < columns; c++) {
        s->centre[c] = (float)(sums[c] / count);
    }
}

static void measure(struct selection *s, const float *w, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
        s->distance[r] = distance(w + (size_t)r * (size_t)columns, s->centre, columns);
    }
}

static void divide(struct selection *s, int rows, float limit) {
    s->count = 0;
    for (int r = 0; r < rows; r++) {
        s->listed[r] = !(s->distance[r] <= limit); /* what is no number is listed, too */
        s->count += s->listed[r];
    }
}

void select_all(struct selection *selection, int rows) {
    memset(selection->listed, true, (size_t)rows * sizeof *selection->listed);
    selection->count = rows;
}

/* First the nearer half is the crowd, then what lies near enough to its middle. */
static void settle(struct selection *s, const float *w, int rows, int columns, float *room,
                   double *sums) {
    for (int round = 0; round < ROUNDS; round++) {
        move_centre(s, w, rows, columns, sums);
        measure(s, w, rows, columns);
        float middle = median(s->distance, room, rows);
        divide(s, rows, round < ROUNDS / 2 ? middle : CROWD * middle);
    }
    move_centre(s, w, rows, columns, sums);
    measure(s, w, rows, columns);
    if (s->count > rows / 2 || s->count == 0) {
        /* No crowd to speak of: bounds would cost what they save. */
        select_all(s, rows);
    }
}

bool select_rows(struct selection *selection, const float *w, int rows, int columns) {
    float *room = calloc((size_t)rows, sizeof *room);
    double *sums = calloc((size_t)columns, sizeof *sums);
    *selection = (struct selection){
        .centre = calloc((size_t)columns, sizeof(float)),
        .distance = calloc((size_t)rows, sizeof(float)),
        .listed = calloc((size_t)rows, sizeof(bool)),
    };
    bool good = room != NULL && sums != NULL && selection->centre != NULL &&
                selection->distance != NULL && selection->listed != NULL;
    if (good) {
        settle(selection, w, rows, columns, room, sums);
    }
    free(room);
    free(sums);
    return good;
}

void select_close(struct selection *selection) {
    free(selection->centre);
    free(selection->distance);
    free(selection->listed);
}
