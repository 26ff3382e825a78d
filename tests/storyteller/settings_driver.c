/* SPDX-License-Identifier: MIT */
/* settings_driver FILE: complaints about a settings file, then what holds after reading it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

static void complain(void *user, const char *complaint)
{
    (void)user;
    puts(complaint);
}

int main(int count, char **words)
{
    struct settings settings = settings_default();

    if (count < 2)
        return EXIT_FAILURE;
    if (!settings_load(&settings, words[1], complain, NULL))
        printf("cannot be read: %s\n", strerror(errno));
    printf("volume=%d speed=%d pause=%d temperature=%d steps=%d\n", settings.volume, settings.speed,
           settings.pause_s, settings.temperature, settings.steps);
    return EXIT_SUCCESS;
}
