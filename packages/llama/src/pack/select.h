/* SPDX-License-Identifier: MIT */
/* Which rows of the classifier go to the short list, and what describes the others. */
#ifndef LLAMA_SELECT_H
#define LLAMA_SELECT_H

#include <stdbool.h>

struct selection {
    float *centre;   /* (dim) of the rows outside */
    float *distance; /* (rows) of each row from it */
    bool *listed;    /* (rows) */
    int count;       /* rows in the list */
};

/* Puts all rows into the list. */
void select_all(struct selection *selection, int rows);

/* Looks at `rows` rows of `w`, row-major. False when there is not enough memory. */
bool select_rows(struct selection *selection, const float *w, int rows, int columns);

/* For qsort: floats, the least first. */
int select_by_value(const void *left, const void *right);

void select_close(struct selection *selection);

#endif
