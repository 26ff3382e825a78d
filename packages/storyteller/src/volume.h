/* SPDX-License-Identifier: MIT */
/* How loud the voice is: never louder than parents allow, and quieter before good night. */
#ifndef STORYTELLER_VOLUME_H
#define STORYTELLER_VOLUME_H

#include "teller.h"

/* Set the volume: percent, 0 to 100. What is above that of the settings becomes it. */
void volume_set(struct teller *teller, int percent);

#endif
