/* SPDX-License-Identifier: MIT */
/* settings_driver FILE: complaints about a settings file, then what holds after reading it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

static void complain(void *user, const struct complaint *complaint) {
    (void)user;
    printf("%s:%d: %s\n", complaint->path, complaint->line, complaint->problem);
}

int main(int count, char **words) {
    struct settings settings = settings_default();

    if (count < 2) {
        return EXIT_FAILURE;
    }
    if (!settings_load(&settings, words[1], complain, NULL)) {
        printf("cannot be read: %s\n", strerror(errno));
    }
    printf("volume=%d speed=%d pitch=%d voice=%s ", settings.volume, settings.speed, settings.pitch,
           settings.voice);
    printf("pause=%d temperature=%d steps=%d choices=%d ", settings.pause_s, settings.temperature,
           settings.steps, settings.choices);
    printf("stories=%d sleep=%d switch_off=%d keep_texts=%d quiet=%d-%d ", settings.stories,
           settings.sleep_min, settings.switch_off, settings.keep_texts, settings.quiet_from,
           settings.quiet_to);
    printf("sound=%s mixer=%d keep_sound=%d\n", settings.sound, settings.mixer,
           settings.keep_sound);
    return EXIT_SUCCESS;
}
