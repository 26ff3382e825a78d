/* SPDX-License-Identifier: MIT */
#include "sound/sound_format.h"

#include <string.h>

#define BOTH_ENDS(name, bits, bytes, is_unsigned)                   \
    {SND_PCM_FORMAT_##name##LE, bits, bytes, is_unsigned, false}, { \
        SND_PCM_FORMAT_##name##BE, bits, bytes, is_unsigned, true   \
    }

const struct sound_format SOUND_FORMATS[] = {
    BOTH_ENDS(S16_, 16, 2, false),
    BOTH_ENDS(S24_3, 24, 3, false),
    BOTH_ENDS(S24_, 24, 4, false),
    BOTH_ENDS(S32_, 32, 4, false),
    BOTH_ENDS(U16_, 16, 2, true),
    BOTH_ENDS(U24_3, 24, 3, true),
    BOTH_ENDS(U24_, 24, 4, true),
    BOTH_ENDS(U32_, 32, 4, true),
    BOTH_ENDS(S20_3, 20, 3, false),
    BOTH_ENDS(S20_, 20, 4, false),
    BOTH_ENDS(S18_3, 18, 3, false),
    BOTH_ENDS(U20_3, 20, 3, true),
    BOTH_ENDS(U20_, 20, 4, true),
    BOTH_ENDS(U18_3, 18, 3, true),
    {SND_PCM_FORMAT_S8, 8, 1, false, false},
    {SND_PCM_FORMAT_U8, 8, 1, true, false},
};
const size_t SOUND_FORMAT_COUNT = sizeof(SOUND_FORMATS) / sizeof(SOUND_FORMATS[0]);

/* A sample of 16 bits as one of so many; where they are fewer, the nearest. */
static int32_t fit(int16_t sample, unsigned bits) {
    int32_t nearest, most = (int32_t)(UINT32_MAX >> (33 - bits));

    if (bits >= 16) {
        return (int32_t)sample * (1 << (bits - 16));
    }
    nearest = (sample + (1 << (15 - bits))) >> (16 - bits);
    return nearest < most ? nearest : most;
}

static void put(const struct sound_format *format, uint32_t value, unsigned char *at) {
    for (unsigned i = 0; i < format->bytes; i++, value >>= 8) {
        at[format->is_big_endian ? format->bytes - 1 - i : i] = (unsigned char)(value & 0xFF);
    }
}

void sound_format_write(const struct sound_format *format, unsigned channels,
                        const int16_t *samples, size_t count, unsigned char *frames) {
    uint32_t middle = format->is_unsigned ? 1u << (format->bits - 1) : 0;
    size_t bytes = format->bytes;

    for (size_t i = 0; i < count; i++, frames += channels * bytes) {
        put(format, (uint32_t)fit(samples[i], format->bits) + middle, frames);
        for (unsigned channel = 1; channel < channels; channel++) {
            memcpy(frames + channel * bytes, frames, bytes);
        }
    }
}
