/* SPDX-License-Identifier: MIT */
#include "inputs/flow.h"

#include <ctype.h>
#include <stdio.h>

/* Narrower than this, breaking lines helps nobody. */
#define NARROWEST 20
/* What a word may grow by when more of it comes: an ending, and a mark. */
#define GROWTH 12

static bool is_mark(char c) {
    return c == FLOW_DIM || c == FLOW_PLAIN || c == FLOW_ASIDE;
}

/* Columns that a character takes: bytes of UTF-8 behind the first one take none. */
static int columns_of(char c) {
    return is_mark(c) || ((unsigned char)c & 0xC0) == 0x80 ? 0 : 1;
}

static int word_columns(const struct flow *flow) {
    int columns = 0;

    for (size_t i = 0; i < flow->length; i++) {
        columns += columns_of(flow->word[i]);
    }
    return columns;
}

/* ECMA-48, 8.3.117: faint, cyan, and neither. */
static void put_mark(struct flow *flow, char c) {
    if (c == FLOW_PLAIN && flow->is_marked) {
        fputs("\033[0m", stdout);
        flow->is_marked = false;
    } else if (c != FLOW_PLAIN && flow->can_dim && (c == FLOW_DIM || flow->has_colour)) {
        fputs(c == FLOW_DIM ? "\033[2m" : "\033[36m", stdout);
        flow->is_marked = true;
    }
}

static void put(struct flow *flow, char c) {
    if (is_mark(c)) {
        put_mark(flow, c);
        return;
    }
    putchar(c);
    flow->column = c == '\n' ? 0 : flow->column + columns_of(c);
}

/* Show the word, on this line or the next. */
static void place(struct flow *flow) {
    bool is_fitting = flow->column + flow->blanks + word_columns(flow) <= flow->width;

    if (flow->length == 0) {
        return;
    }
    if (flow->column > 0 && !is_fitting) {
        put(flow, '\n');
    }
    for (; flow->column > 0 && flow->blanks > 0; flow->blanks--) {
        put(flow, ' ');
    }
    for (size_t i = 0; i < flow->length; i++) {
        put(flow, flow->word[i]);
    }
    flow->blanks = 0;
    flow->length = 0;
}

static void end_line(struct flow *flow) {
    place(flow);
    put(flow, '\n');
    flow->blanks = 0;
    flow->is_as_it_is = false;
}

static void wrap(struct flow *flow, char c) {
    if (c == '\n') {
        end_line(flow);
    } else if (c == ' ') {
        place(flow);
        flow->blanks++;
    } else {
        if (flow->length == sizeof(flow->word)) {
            place(flow);
        }
        flow->word[flow->length++] = c;
    }
}

/* Whether the last word stays on this line, come what may: behind a mark, nothing does. */
static bool stays_here(const struct flow *flow) {
    bool may_grow = flow->length > 0 && isalnum((unsigned char)flow->word[flow->length - 1]);
    int columns = flow->column + flow->blanks + word_columns(flow);

    return !may_grow || columns + GROWTH <= flow->width;
}

/* Whether the line has something in it. */
static bool is_begun(const struct flow *flow) {
    return flow->column > 0 || flow->length > 0;
}

void flow_text(struct flow *flow, const char *text, int columns) {
    /* The last column stays free: some terminals go to the next line at once behind it. */
    flow->width = columns > NARROWEST ? columns - 1 : 0;
    for (; *text != '\0'; text++) {
        if (*text == FLOW_AS_IT_IS) {
            flow->is_as_it_is = true;
        } else if (*text == FLOW_FRESH && is_begun(flow)) {
            end_line(flow);
        } else if (*text != FLOW_FRESH && (flow->width == 0 || flow->is_as_it_is)) {
            *text == '\n' ? end_line(flow) : put(flow, *text);
        } else if (*text != FLOW_FRESH) {
            wrap(flow, *text);
        }
    }
    if (stays_here(flow)) {
        place(flow);
    }
}

void flow_reset(struct flow *flow) {
    flow->column = 0;
    flow->blanks = 0;
}
