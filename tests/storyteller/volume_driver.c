/* SPDX-License-Identifier: MIT */
/* volume_driver LIMIT IS_LATE WANTED: how loud the voice becomes. */
#include <stdio.h>
#include <stdlib.h>

#include "volume.h"

void speaker_set_volume(struct speaker *speaker, int percent) {
    (void)speaker;
    printf("%d\n", percent);
}

int main(int count, char **words) {
    struct teller teller = {.volume = 100};

    if (count != 4) {
        return EXIT_FAILURE;
    }
    teller.settings.volume = atoi(words[1]);
    teller.is_late = atoi(words[2]) != 0;
    volume_set(&teller, atoi(words[3]));
    return EXIT_SUCCESS;
}
