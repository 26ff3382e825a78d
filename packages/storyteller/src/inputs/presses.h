/* SPDX-License-Identifier: MIT */
/* From a button's edges to what they mean: one, two or three short presses, a hold. Nothing but
 * times goes in, so that the same edges always mean the same. A PRESS_SHORT is given at once, what
 * it grows into later; a PRESS_DOUBLE waits for a third press that does not come. */
#ifndef STORYTELLER_PRESSES_H
#define STORYTELLER_PRESSES_H

#include <stdbool.h>
#include <stdint.h>

enum button { BUTTON_MAIN, BUTTON_LOUDER, BUTTON_QUIETER, BUTTONS };

enum press {
    PRESS_NONE,
    PRESS_SHORT,      /* main button: down and up again */
    PRESS_DOUBLE,     /* once more, soon after a PRESS_SHORT */
    PRESS_TRIPLE,     /* twice more, each soon after the one before */
    PRESS_SHORT_HOLD, /* is held down, soon after a single PRESS_SHORT; has no PRESS_RELEASE */
    PRESS_HOLD,       /* main button: is held down */
    PRESS_RELEASE,    /* the end of a PRESS_HOLD */
    PRESS_LOUDER,     /* once at each press, and again and again while it is held */
    PRESS_QUIETER,
};

/* A level that is shorter is a contact that bounces. */
#define PRESS_BOUNCE_MS 15
/* From here on it is no short press; a child presses slowly. */
#define PRESS_HOLD_MS 600
/* At most so long between the end of a short press and the beginning of one that belongs to it. */
#define PRESS_GAP_MS 400
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
    /* Of the main button: */
    enum press held;  /* the hold that was given for this press, or PRESS_NONE */
    int shorts;       /* short presses so far, 0 to 2, to which the next one may belong */
    int64_t short_ms; /* when the last of them ended */
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

/* Whether a PRESS_SHORT that was given may still grow into something else. */
bool presses_may_grow(const struct presses *presses, int64_t now_ms);

#endif
