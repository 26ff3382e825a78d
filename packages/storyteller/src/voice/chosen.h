/* SPDX-License-Identifier: MIT */
/* The voice that the settings name, or another one where that cannot speak. */
#ifndef STORYTELLER_CHOSEN_H
#define STORYTELLER_CHOSEN_H

#include "settings.h"
#include "voice/speech.h"

struct chosen {
    const char *name;      /* of those in VOICES */
    struct speech *speech; /* NULL: none is open */
};

/* Open the voice that the settings name, at their pace and pitch, if it is there and, where it is
 * not the usual one, fast enough for this processor; else `other`, which the settings name from
 * then on. problem: why it is not the wanted one, or "". Returns false when neither can be opened,
 * for that reason. */
bool chosen_open(struct chosen *chosen, struct settings *settings, const char *other,
                 char problem[SPEECH_PROBLEM_BYTES]);
void chosen_close(struct chosen *chosen);

#endif
