/* SPDX-License-Identifier: MIT */
#include "volume.h"

/* How much quieter it gets before good night, in percent. */
#define LATE_VOLUME 60

void volume_set(struct teller *teller, int percent) {
    int most = teller->settings.volume;

    teller->volume = percent < most ? percent : most;
    speaker_set_volume(teller->speaker,
                       teller->volume * (teller->is_late ? LATE_VOLUME : 100) / 100);
}
