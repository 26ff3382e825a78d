/* SPDX-License-Identifier: MIT */
/* play DEVICE FILE: sends a WAV file (mono, 16 bits, 16 kHz) to a sound card, for the tests. */
#include <stdio.h>

/* It has an array of no elements, which -pedantic refuses. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <alsa/asoundlib.h>
#pragma GCC diagnostic pop

#define HEADER_BYTES 44
#define LATENCY_US 200000

int main(int count, char **words) {
    short samples[1600];
    snd_pcm_t *pcm;
    FILE *file = count == 3 ? fopen(words[2], "r") : NULL;
    size_t got;

    if (file == NULL || fseek(file, HEADER_BYTES, SEEK_SET) != 0) {
        return 2;
    }
    if (snd_pcm_open(&pcm, words[1], SND_PCM_STREAM_PLAYBACK, 0) < 0 ||
        snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, 16000, 0,
                           LATENCY_US) < 0) {
        return 3;
    }
    while ((got = fread(samples, sizeof(short), 1600, file)) > 0) {
        if (snd_pcm_writei(pcm, samples, got) < 0) {
            return 4;
        }
    }
    return snd_pcm_drain(pcm) < 0 ? 5 : 0;
}
