/* SPDX-License-Identifier: MIT */
/* sound_alsa.c with a card that takes half a second of sound and never plays it, like the board's
 * USB microphone while no computer records. Says how it ended. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <alsa/asoundlib.h>
#pragma GCC diagnostic pop

#include "sound.h"

#define RATE 16000u
#define ROOM 8000

static long held;

int snd_lib_error_set_handler(snd_lib_error_handler_t handler)
{
    (void)handler;
    return 0;
}

int snd_card_next(int *card)
{
    *card = -1;
    return 0;
}

int snd_ctl_open(snd_ctl_t **control, const char *name, int mode)
{
    (void)control, (void)name, (void)mode;
    return -ENODEV;
}

int snd_ctl_close(snd_ctl_t *control)
{
    (void)control;
    return 0;
}

int snd_ctl_pcm_next_device(snd_ctl_t *control, int *device)
{
    (void)control;
    *device = -1;
    return 0;
}

int snd_pcm_open(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode)
{
    (void)name, (void)stream, (void)mode;
    *pcm = (snd_pcm_t *)&held;
    return 0;
}

int snd_pcm_close(snd_pcm_t *pcm)
{
    (void)pcm;
    return 0;
}

int snd_pcm_set_params(snd_pcm_t *pcm, snd_pcm_format_t format, snd_pcm_access_t access,
                       unsigned channels, unsigned rate, int resample, unsigned latency)
{
    (void)pcm, (void)format, (void)access, (void)channels, (void)rate, (void)resample, (void)latency;
    return 0;
}

int snd_pcm_get_params(snd_pcm_t *pcm, snd_pcm_uframes_t *buffer, snd_pcm_uframes_t *period)
{
    (void)pcm;
    *buffer = ROOM;
    *period = ROOM / 4;
    return 0;
}

int snd_pcm_sw_params_malloc(snd_pcm_sw_params_t **params)
{
    *params = (snd_pcm_sw_params_t *)&held;
    return 0;
}

void snd_pcm_sw_params_free(snd_pcm_sw_params_t *params)
{
    (void)params;
}

int snd_pcm_sw_params_current(snd_pcm_t *pcm, snd_pcm_sw_params_t *params)
{
    (void)pcm, (void)params;
    return 0;
}

int snd_pcm_sw_params_set_start_threshold(snd_pcm_t *pcm, snd_pcm_sw_params_t *params,
                                          snd_pcm_uframes_t frames)
{
    (void)pcm, (void)params, (void)frames;
    return 0;
}

int snd_pcm_sw_params(snd_pcm_t *pcm, snd_pcm_sw_params_t *params)
{
    (void)pcm, (void)params;
    return 0;
}

snd_pcm_sframes_t snd_pcm_writei(snd_pcm_t *pcm, const void *samples, snd_pcm_uframes_t count)
{
    long taken = (long)count < ROOM - held ? (long)count : ROOM - held;

    (void)pcm, (void)samples;
    held += taken;
    return taken > 0 ? taken : -EAGAIN;
}

int snd_pcm_wait(snd_pcm_t *pcm, int timeout_ms)
{
    struct timespec nap = {.tv_nsec = (long)timeout_ms * 1000000};

    (void)pcm;
    nanosleep(&nap, NULL); /* as the real one does when nothing happens */
    return 0;
}

int snd_pcm_recover(snd_pcm_t *pcm, int error, int silent)
{
    (void)pcm, (void)silent;
    return error;
}

snd_pcm_state_t snd_pcm_state(snd_pcm_t *pcm)
{
    (void)pcm;
    return SND_PCM_STATE_RUNNING;
}

int snd_pcm_start(snd_pcm_t *pcm)
{
    (void)pcm;
    return 0;
}

int snd_pcm_delay(snd_pcm_t *pcm, snd_pcm_sframes_t *delay)
{
    (void)pcm;
    *delay = held;
    return 0;
}

int snd_pcm_drop(snd_pcm_t *pcm)
{
    (void)pcm;
    held = 0;
    return 0;
}

int snd_pcm_prepare(snd_pcm_t *pcm)
{
    (void)pcm;
    return 0;
}

/* Write half a second, or too much; then what is left of it is waited for. */
static void tell(struct sound *sound, long samples)
{
    static const int16_t silence[256];
    struct timespec nap = {.tv_nsec = 10000000};

    while (samples > 0) {
        long taken = sound->write(sound, silence, samples < 256 ? (size_t)samples : 256);

        if (taken < 0) {
            puts("lost");
            return;
        }
        samples -= taken;
    }
    sound->finish(sound);
    while (!sound->is_played(sound))
        nanosleep(&nap, NULL);
    puts("given up");
}

int main(void)
{
    char name[SOUND_NAME_BYTES];
    struct sound *sound = sound_open_alsa("stalled", RATE, name);

    if (sound == NULL)
        return 1;
    tell(sound, ROOM);
    sound->drop(sound);
    tell(sound, 2 * ROOM);
    sound->close(sound);
    return 0;
}
