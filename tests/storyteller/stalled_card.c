/* SPDX-License-Identifier: MIT */
/* sound_alsa.c with a card that takes half a second of sound and never plays it, like the board's
 * USB microphone while no computer records. Says how it ended. With one argument, the card plays,
 * but the program comes back to it late. With three, FORMAT RATE CHANNELS: says at which rate a
 * card is opened that has only these, and how many of 100 samples it takes. */
#include <alsa.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sound/mixer.h"
#include "sound/sound.h"

#define RATE 16000u
#define ROOM 8000
/* More than a card may stand still. */
#define LATE_S 3

static long held;
static bool is_dry; /* it has played all that it had, and stopped */
static int only_format = SND_PCM_FORMAT_S24_3LE;
static unsigned only_rate = RATE, only_channels = 8;

int snd_pcm_open(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode) {
    (void)name, (void)stream, (void)mode;
    *pcm = (snd_pcm_t *)&held;
    return 0;
}

int snd_pcm_close(snd_pcm_t *pcm) {
    (void)pcm;
    return 0;
}

int snd_pcm_hw_params_malloc(snd_pcm_hw_params_t **params) {
    *params = (snd_pcm_hw_params_t *)&held;
    return 0;
}

void snd_pcm_hw_params_free(snd_pcm_hw_params_t *params) {
    (void)params;
}

int snd_pcm_hw_params_any(snd_pcm_t *pcm, snd_pcm_hw_params_t *params) {
    (void)pcm, (void)params;
    return 0;
}

int snd_pcm_hw_params_set_rate_resample(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, unsigned on) {
    (void)pcm, (void)params, (void)on;
    return 0;
}

int snd_pcm_hw_params_set_access(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                                 snd_pcm_access_t access) {
    (void)pcm, (void)params, (void)access;
    return 0;
}

int snd_pcm_hw_params_set_format(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                                 snd_pcm_format_t format) {
    (void)pcm, (void)params;
    return (int)format == only_format ? 0 : -EINVAL;
}

int snd_pcm_hw_params_test_rate(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, unsigned rate,
                                int dir) {
    (void)pcm, (void)params, (void)dir;
    return rate == only_rate ? 0 : -EINVAL;
}

int snd_pcm_hw_params_set_rate(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, unsigned rate,
                               int dir) {
    return snd_pcm_hw_params_test_rate(pcm, params, rate, dir);
}

int snd_pcm_hw_params_set_channels_near(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                                        unsigned *channels) {
    (void)pcm, (void)params;
    *channels = only_channels;
    return 0;
}

int snd_pcm_hw_params_set_buffer_time_near(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                                           unsigned *microseconds, int *dir) {
    (void)pcm, (void)params, (void)microseconds, (void)dir;
    return -EINVAL;
}

int snd_pcm_hw_params_set_periods_near(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                                       unsigned *periods, int *dir) {
    (void)pcm, (void)params, (void)periods, (void)dir;
    return -EINVAL;
}

int snd_pcm_hw_params(snd_pcm_t *pcm, snd_pcm_hw_params_t *params) {
    (void)pcm, (void)params;
    return 0;
}

int snd_pcm_get_params(snd_pcm_t *pcm, snd_pcm_uframes_t *buffer, snd_pcm_uframes_t *period) {
    (void)pcm;
    *buffer = ROOM;
    *period = ROOM / 4;
    return 0;
}

int snd_pcm_sw_params_malloc(snd_pcm_sw_params_t **params) {
    *params = (snd_pcm_sw_params_t *)&held;
    return 0;
}

void snd_pcm_sw_params_free(snd_pcm_sw_params_t *params) {
    (void)params;
}

int snd_pcm_sw_params_current(snd_pcm_t *pcm, snd_pcm_sw_params_t *params) {
    (void)pcm, (void)params;
    return 0;
}

int snd_pcm_sw_params_set_start_threshold(snd_pcm_t *pcm, snd_pcm_sw_params_t *params,
                                          snd_pcm_uframes_t frames) {
    (void)pcm, (void)params, (void)frames;
    return 0;
}

int snd_pcm_sw_params(snd_pcm_t *pcm, snd_pcm_sw_params_t *params) {
    (void)pcm, (void)params;
    return 0;
}

snd_pcm_sframes_t snd_pcm_writei(snd_pcm_t *pcm, const void *samples, snd_pcm_uframes_t count) {
    long taken = (long)count < ROOM - held ? (long)count : ROOM - held;

    (void)pcm, (void)samples;
    if (is_dry) {
        return -EPIPE;
    }
    held += taken;
    return taken > 0 ? taken : -EAGAIN;
}

snd_pcm_sframes_t snd_pcm_rewindable(snd_pcm_t *pcm) {
    (void)pcm;
    return held;
}

snd_pcm_sframes_t snd_pcm_rewind(snd_pcm_t *pcm, snd_pcm_uframes_t frames) {
    (void)pcm;
    held -= (long)frames;
    return (snd_pcm_sframes_t)frames;
}

int snd_pcm_recover(snd_pcm_t *pcm, int error, int silent) {
    (void)pcm, (void)silent;
    if (!is_dry) {
        return error;
    }
    is_dry = false;
    held = 0;
    return 0;
}

int snd_pcm_info_malloc(snd_pcm_info_t **info) {
    (void)info;
    return -ENOMEM;
}

int snd_pcm_info(snd_pcm_t *pcm, snd_pcm_info_t *info) {
    (void)pcm, (void)info;
    return -ENODEV;
}

int snd_pcm_info_get_card(const snd_pcm_info_t *info) {
    (void)info;
    return -1;
}

void snd_pcm_info_free(snd_pcm_info_t *info) {
    (void)info;
}

void mixer_raise(struct mixer *mixer, int card) {
    (void)mixer, (void)card;
}

snd_pcm_state_t snd_pcm_state(snd_pcm_t *pcm) {
    (void)pcm;
    return SND_PCM_STATE_RUNNING;
}

int snd_pcm_start(snd_pcm_t *pcm) {
    (void)pcm;
    return 0;
}

int snd_pcm_delay(snd_pcm_t *pcm, snd_pcm_sframes_t *delay) {
    (void)pcm;
    *delay = held;
    return is_dry ? -EPIPE : 0;
}

int snd_pcm_drop(snd_pcm_t *pcm) {
    (void)pcm;
    held = 0;
    return 0;
}

int snd_pcm_prepare(snd_pcm_t *pcm) {
    (void)pcm;
    return 0;
}

/* Write so much, then wait until it was heard. */
static void tell(struct sound *sound, long samples) {
    static const int16_t silence[256];
    long left = samples, delay = 0;

    while (delay >= 0 && (left > 0 || delay > 0)) {
        long taken = sound->write(sound, silence, left < 256 ? (size_t)left : 256);

        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        delay = taken < 0 ? taken : sound->delay(sound);
        left -= taken > 0 ? taken : 0;
    }
    printf("%s, %ld taken\n", delay == SOUND_STILL ? "still" : "heard", samples - left);
}

/* Fill the card, come back when it has played all, and fill it as before. */
static void come_late(struct sound *sound) {
    static const int16_t silence[ROOM];

    for (int time = 0; time < 2; time++) {
        (void)sound->write(sound, silence, ROOM);
        printf("%s\n", sound->delay(sound) == SOUND_STILL ? "still" : "moves");
        if (time == 0) {
            nanosleep(&(struct timespec){.tv_sec = LATE_S}, NULL);
            is_dry = true;
            printf("%s\n", sound->delay(sound) == SOUND_RAN_DRY ? "dry" : "?");
        }
    }
}

int main(int count, char **words) {
    struct sound *sound;

    if (count == 4) {
        only_format = atoi(words[1]);
        only_rate = (unsigned)atoi(words[2]);
        only_channels = (unsigned)atoi(words[3]);
    }
    sound = sound_open_alsa("stalled", RATE, NULL);
    if (sound == NULL) {
        return 1;
    }
    if (count == 4) {
        printf("%u %ld\n", sound->rate, sound->write(sound, (int16_t[100]){0}, 100));
        sound->close(sound);
        return 0;
    }
    if (count == 2) {
        come_late(sound);
        sound->close(sound);
        return 0;
    }
    tell(sound, ROOM / 2);
    sound->drop(sound);
    tell(sound, 2 * ROOM);
    printf("%zu given back\n", sound->rewind(sound, 100));
    sound->close(sound);
    return 0;
}
