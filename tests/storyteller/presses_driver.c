/* SPDX-License-Identifier: MIT */
/* Reads edges, one a line: milliseconds, button, 1 (down) or 0; prints each press with its time,
 * as somebody sees it who looks exactly when presses_wait_ms() says. */
#include <inttypes.h>
#include <stdio.h>

#include "inputs/presses.h"

static const char *const NAMES[] = {"none", "short",   "double", "triple", "short-hold",
                                    "hold", "release", "louder", "quieter"};

/* Let time go by until end_ms; returns whether the waits made sense. */
static int pass(struct presses *presses, int64_t *now_ms, int64_t end_ms) {
    for (int looks = 0; looks < 100000; looks++) {
        enum press press;
        int wait_ms;

        while ((press = presses_take(presses, *now_ms)) != PRESS_NONE) {
            printf("%" PRId64 " %s\n", *now_ms, NAMES[press]);
        }
        wait_ms = presses_wait_ms(presses, *now_ms);
        if (wait_ms == 0) {
            return 0; /* it would be waited in circles */
        }
        if (wait_ms < 0 || *now_ms + wait_ms > end_ms) {
            *now_ms = end_ms;
            return 1;
        }
        *now_ms += wait_ms;
    }
    return 0;
}

int main(void) {
    struct presses presses = {0};
    int64_t now_ms = 0, at_ms;
    int button, is_down, ok = 1;

    while (ok && scanf("%" SCNd64 " %d %d", &at_ms, &button, &is_down) == 3) {
        if (button == BUTTONS) { /* no edge: nobody looked until now */
            now_ms = at_ms;
            continue;
        }
        ok = pass(&presses, &now_ms, at_ms);
        presses_edge(&presses, (enum button)button, is_down == 1, at_ms);
    }
    ok = ok && pass(&presses, &now_ms, now_ms + 5000);
    if (!ok) {
        puts("waits in circles");
    }
    return ok ? 0 : 1;
}
