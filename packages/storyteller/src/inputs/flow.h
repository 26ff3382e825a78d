/* SPDX-License-Identifier: MIT */
/* Text on its way to standard output: on a terminal, lines end between words. */
#ifndef STORYTELLER_FLOW_H
#define STORYTELLER_FLOW_H

#include <stdbool.h>
#include <stddef.h>

/* Marks in a text that is to be shown. */
#define FLOW_FRESH '\r' /* a new line, unless this is the start of one */
#define FLOW_DIM '\1'   /* from here on dimmed, where the terminal can ... */
#define FLOW_PLAIN '\2' /* ... up to here */
#define FLOW_ASIDE '\4' /* up to there: what is no story, in its colour where it is to have one */
#define FLOW_AS_IT_IS '\3' /* this line is not wrapped */

/* Beyond this, a word is cut. */
#define FLOW_WORD_BYTES 128

struct flow {
    int width; /* columns that may be used; 0: all is passed on as it is */
    int column;
    bool can_dim;
    bool has_colour;
    bool is_marked; /* what is shown now is dimmed, or has a colour */
    bool is_as_it_is;
    int blanks;                 /* between the words before and the next one */
    char word[FLOW_WORD_BYTES]; /* not shown yet, as it may go on and not fit then */
    size_t length;
};

/* Show a text, at once; but of its last word, if that may go on, only what stays on this line then.
 * `columns` of the terminal; 0: it is none. */
void flow_text(struct flow *flow, const char *text, int columns);

/* Somebody else ended the line. */
void flow_reset(struct flow *flow);

#endif
