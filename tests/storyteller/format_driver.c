/* SPDX-License-Identifier: MIT */
/* format_driver FORMAT CHANNELS: 16-bit samples from standard input to frames of ALSA's format of
 * that number, on standard output. Status 2 when there is none. */
#include <stdio.h>
#include <stdlib.h>

#include "sound/sound_format.h"

#define PART 100

static int convert(const struct sound_format *format, unsigned channels) {
    unsigned char *frames = malloc((size_t)PART * channels * format->bytes);
    int16_t samples[PART];
    size_t count;

    if (frames == NULL) {
        return 1;
    }
    while ((count = fread(samples, sizeof(*samples), PART, stdin)) > 0) {
        sound_format_write(format, channels, samples, count, frames);
        fwrite(frames, (size_t)channels * format->bytes, count, stdout);
    }
    free(frames);
    return 0;
}

int main(int count, char **words) {
    if (count != 3) {
        return 1;
    }
    for (size_t i = 0; i < SOUND_FORMAT_COUNT; i++) {
        if ((int)SOUND_FORMATS[i].format == atoi(words[1])) {
            return convert(&SOUND_FORMATS[i], (unsigned)atoi(words[2]));
        }
    }
    return 2;
}
