/* SPDX-License-Identifier: MIT */
/* "in", "on" or "at". */
#ifndef STORYTELLER_PREPOSITION_H
#define STORYTELLER_PREPOSITION_H

/* What stands before "the" and a place of the lists: "on the moon", "at the bus stop". */
const char *preposition_of(const char *place);

#endif
