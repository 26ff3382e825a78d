/* SPDX-License-Identifier: MIT */
#include "inputs/presses.h"

#include <limits.h>
#include <string.h>

static void give(struct presses *presses, enum press press) {
    if (presses->count < PRESSES_WAITING) {
        presses->waiting[presses->count++] = press;
    }
}

static enum press volume_press(int button) {
    return button == BUTTON_LOUDER ? PRESS_LOUDER : PRESS_QUIETER;
}

static void press(struct presses *presses, int button, int64_t at_ms) {
    presses->buttons[button].down_ms = at_ms;
    if (button == BUTTON_MAIN) {
        return;
    }
    give(presses, volume_press(button));
    presses->buttons[button].repeat_ms = at_ms + PRESS_REPEAT_AFTER_MS;
}

/* No further press belongs to the short ones before. */
static void end_shorts(struct presses *presses) {
    if (presses->shorts == 2) {
        give(presses, PRESS_DOUBLE);
    }
    presses->shorts = 0;
}

static void hold_main(struct presses *presses, int64_t now_ms) {
    if (presses->held != PRESS_NONE ||
        now_ms - presses->buttons[BUTTON_MAIN].down_ms < PRESS_HOLD_MS) {
        return;
    }
    presses->held = presses->shorts == 1 ? PRESS_SHORT_HOLD : PRESS_HOLD;
    end_shorts(presses);
    give(presses, presses->held);
}

/* Time goes by while a button is down. */
static void hold(struct presses *presses, int button, int64_t now_ms) {
    if (button == BUTTON_MAIN) {
        hold_main(presses, now_ms);
        return;
    }
    /* One at a time: who looks seldom must not get many at once. */
    if (now_ms >= presses->buttons[button].repeat_ms) {
        give(presses, volume_press(button));
        presses->buttons[button].repeat_ms = now_ms + PRESS_REPEAT_EACH_MS;
    }
}

static void release_main(struct presses *presses, int64_t at_ms) {
    if (presses->held != PRESS_NONE) {
        if (presses->held == PRESS_HOLD) {
            give(presses, PRESS_RELEASE);
        }
        presses->held = PRESS_NONE;
        return;
    }
    presses->shorts++;
    presses->short_ms = at_ms;
    if (presses->shorts == 1) {
        give(presses, PRESS_SHORT);
    }
    if (presses->shorts < 3) {
        return;
    }
    give(presses, PRESS_TRIPLE);
    /* A fourth press begins anew. */
    presses->shorts = 0;
}

/* What is known of a button at that time, before any further edge. */
static void settle(struct presses *presses, int button, int64_t now_ms) {
    int64_t edge_ms = presses->buttons[button].edge_ms;
    bool is_down = presses->buttons[button].is_down_now;

    if (is_down != presses->buttons[button].is_down && now_ms - edge_ms >= PRESS_BOUNCE_MS) {
        /* Until the edge it was down. */
        if (!is_down) {
            hold(presses, button, edge_ms);
        }
        presses->buttons[button].is_down = is_down;
        if (is_down) {
            press(presses, button, edge_ms);
        } else if (button == BUTTON_MAIN) {
            release_main(presses, edge_ms);
        }
    }
    /* During the first moments of a release that may be a bounce, time stands still. */
    if (presses->buttons[button].is_down && is_down) {
        hold(presses, button, now_ms);
    }
    if (button == BUTTON_MAIN && !presses_may_grow(presses, now_ms)) {
        end_shorts(presses);
    }
}

void presses_edge(struct presses *presses, enum button button, bool is_down, int64_t at_ms) {
    settle(presses, (int)button, at_ms);
    if (is_down == presses->buttons[button].is_down_now) {
        return;
    }
    presses->buttons[button].is_down_now = is_down;
    presses->buttons[button].edge_ms = at_ms;
}

enum press presses_take(struct presses *presses, int64_t now_ms) {
    enum press first;

    for (int button = 0; button < BUTTONS; button++) {
        settle(presses, button, now_ms);
    }
    if (presses->count == 0) {
        return PRESS_NONE;
    }
    first = presses->waiting[0];
    presses->count--;
    memmove(presses->waiting, presses->waiting + 1,
            (size_t)presses->count * sizeof(presses->waiting[0]));
    return first;
}

/* When something may happen to a button by itself; INT64_MAX: never. */
static int64_t next_ms(const struct presses *presses, int button) {
    bool is_down = presses->buttons[button].is_down_now;

    if (is_down != presses->buttons[button].is_down) {
        return presses->buttons[button].edge_ms + PRESS_BOUNCE_MS;
    }
    if (button != BUTTON_MAIN) {
        return is_down ? presses->buttons[button].repeat_ms : INT64_MAX;
    }
    if (!is_down) {
        return presses->shorts == 2 ? presses->short_ms + PRESS_GAP_MS + 1 : INT64_MAX;
    }
    return presses->held != PRESS_NONE ? INT64_MAX
                                       : presses->buttons[button].down_ms + PRESS_HOLD_MS;
}

int presses_wait_ms(const struct presses *presses, int64_t now_ms) {
    int64_t first_ms = presses->count > 0 ? now_ms : INT64_MAX;

    for (int button = 0; button < BUTTONS; button++) {
        int64_t at_ms = next_ms(presses, button);

        first_ms = at_ms < first_ms ? at_ms : first_ms;
    }
    if (first_ms == INT64_MAX) {
        return -1;
    }
    if (first_ms <= now_ms) {
        return 0;
    }
    return first_ms - now_ms > INT_MAX ? INT_MAX : (int)(first_ms - now_ms);
}

bool presses_may_grow(const struct presses *presses, int64_t now_ms) {
    /* A press that is going on began in time. */
    bool is_up =
        !presses->buttons[BUTTON_MAIN].is_down && !presses->buttons[BUTTON_MAIN].is_down_now;

    return presses->shorts > 0 && !(is_up && now_ms - presses->short_ms > PRESS_GAP_MS);
}
