/* SPDX-License-Identifier: MIT */
/* From a button's edges to what they mean: a short press, a double one, a hold. Nothing but times
 * goes in, so that the same edges always mean the same. */
#ifndef STORYTELLER_PRESSES_H
#define STORYTELLER_PRESSES_H

#include <stdbool.h>
#include <stdint.h>

enum button { BUTTON_MAIN, BUTTON_LOUDER, BUTTON_QUIETER, BUTTONS };

enum press {
    PRESS_NONE,
    PRESS_SHORT,   /* main button: down and up again */
    PRESS_DOUBLE,  /* once more, soon after a PRESS_SHORT */
    PRESS_HOLD,    /* main button: is held down */
    PRESS_RELEASE, /* the end of a PRESS_HOLD */
    PRESS_LOUDER,  /* once at each press, and again and again while it is held */
    PRESS_QUIETER,
};

/* A level that is shorter is a contact that bounces. */
#define PRESS_BOUNCE_MS 15
/* From here on it is no short press; a child presses slowly. */
#define PRESS_HOLD_MS 600
/* Between the end of a short press and the beginning of the one that makes it double. */
#define PRESS_DOUBLE_MS 400
/* The volume keys, held. */
#define PRESS_REPEAT_AFTER_MS 600
#define PRESS_REPEAT_EACH_MS 250

#define PRESSES_WAITING 8

struct presses {
    struct {
        bool is_down;      /* without the bounces */
        bool is_down_now;  /* the level seen last */
        int64_t edge_ms;   /* since when */
        int64_t down_ms;   /* when it went down */
        int64_t repeat_ms; /* volume keys: when it counts again */
    } buttons[BUTTONS];
    bool is_held;         /* the main button's PRESS_HOLD has been given */
    bool is_short_before; /* a short press ended at short_ms */
    int64_t short_ms;
    enum press waiting[PRESSES_WAITING]; /* the oldest first; what does not fit is forgotten */
    int count;
};

/* A button's level changed at that time; times never go back. An edge to the level it has is no
 * change. */
void presses_edge(struct presses *presses, enum button button, bool is_down, int64_t at_ms);

/* The next press, as far as it is decided by now; PRESS_NONE: there is none. */
enum press presses_take(struct presses *presses, int64_t now_ms);

/* Milliseconds until presses_take() may have something new without another edge; -1: never. */
int presses_wait_ms(const struct presses *presses, int64_t now_ms);

#endif
