/* SPDX-License-Identifier: MIT */
/* Between the player's own files. */
#ifndef STORYTELLER_PLAYER_PARTS_H
#define STORYTELLER_PLAYER_PARTS_H

#include "sound/player.h"

/* Pass on to the card what it has room for, unless it is to be silent. The mutex is held. */
void player_pump(struct player *player);

#endif
