/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* It has an array of no elements, which -pedantic refuses. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <alsa/asoundlib.h>
#pragma GCC diagnostic pop

#include "clock.h"
#include "sound.h"

/* Enough for the engine to have the processor to itself for a while, without a gap in speech. */
#define BUFFER_US 500000u
/* Playing starts when this much is ready, or when nothing more comes. */
#define START_US 150000u
/* A card that takes nothing for so long does not work. */
#define STALL_MS 1000
#define SILENCE_SAMPLES 256u

struct card {
    struct sound sound;
    snd_pcm_t *pcm;
    snd_pcm_uframes_t period;
    snd_pcm_uframes_t padding; /* silence still to be sent at the end */
    double padded_s;           /* when the silence must have been taken */
    double end_s;              /* when all must have been played; 0: not known yet */
    double rate;               /* samples per second */
    int idle_ms;               /* since the card took samples last */
};

/* Stop-and-go of the card is normal here; anything else means that it is gone. */
static long recover(struct card *card, long error)
{
    if (error == -EPIPE || error == -EINTR || error == -ESTRPIPE)
        return snd_pcm_recover(card->pcm, (int)error, 1) < 0 ? -1 : 0;
    return -1;
}

static long wait_for_room(struct card *card)
{
    int ready = snd_pcm_wait(card->pcm, SOUND_WAIT_MS);

    if (ready < 0)
        return recover(card, ready);
    if (ready == 0)
        card->idle_ms += SOUND_WAIT_MS;
    return card->idle_ms < STALL_MS ? 0 : -1;
}

static long card_write(struct sound *sound, const int16_t *samples, size_t count)
{
    struct card *card = (struct card *)sound;
    snd_pcm_sframes_t taken = snd_pcm_writei(card->pcm, samples, count);

    if (taken == -EAGAIN || taken == 0)
        return wait_for_room(card);
    if (taken < 0)
        return recover(card, taken);
    card->idle_ms = 0;
    return taken;
}

static void card_finish(struct sound *sound)
{
    struct card *card = (struct card *)sound;

    /* Converters pass on whole periods only: silence pushes the last samples out. */
    card->padding = card->period;
    card->padded_s = clock_seconds() + BUFFER_US / 1e6 + STALL_MS / 1e3;
    card->end_s = 0.0;
}

/* Returns false while the card has no room for the silence at the end. */
static bool pad(struct card *card)
{
    static const int16_t silence[SILENCE_SAMPLES];

    while (card->padding > 0) {
        snd_pcm_uframes_t count = card->padding < SILENCE_SAMPLES ? card->padding : SILENCE_SAMPLES;
        snd_pcm_sframes_t taken = snd_pcm_writei(card->pcm, silence, count);

        if (taken == -EAGAIN || taken == 0)
            return false;
        if (taken < 0)
            return true;
        card->padding -= (snd_pcm_uframes_t)taken;
    }
    return true;
}

static bool card_is_played(struct sound *sound)
{
    struct card *card = (struct card *)sound;
    snd_pcm_sframes_t delay;

    if (!pad(card)) /* a card that takes nothing, as of a PC that does not listen, never will */
        return clock_seconds() > card->padded_s;
    if (snd_pcm_state(card->pcm) == SND_PCM_STATE_PREPARED)
        snd_pcm_start(card->pcm);
    /* An error here is the underrun at the end, or a card that is gone. */
    if (snd_pcm_delay(card->pcm, &delay) < 0 || delay <= 0 ||
        snd_pcm_state(card->pcm) != SND_PCM_STATE_RUNNING)
        return true;
    /* Some cards do not tell truly what they still have to play: it is not waited for ever. */
    if (card->end_s <= 0.0)
        card->end_s = clock_seconds() + (double)delay / card->rate + STALL_MS / 1000.0;
    return clock_seconds() > card->end_s;
}

static void card_drop(struct sound *sound)
{
    struct card *card = (struct card *)sound;

    snd_pcm_drop(card->pcm);
    snd_pcm_prepare(card->pcm);
}

static void card_close(struct sound *sound)
{
    struct card *card = (struct card *)sound;

    snd_pcm_drop(card->pcm);
    snd_pcm_close(card->pcm);
    free(card);
}

static bool start_early(snd_pcm_t *pcm, unsigned rate)
{
    snd_pcm_sw_params_t *params;
    bool ok;

    if (snd_pcm_sw_params_malloc(&params) < 0)
        return false;
    ok = snd_pcm_sw_params_current(pcm, params) >= 0 &&
         snd_pcm_sw_params_set_start_threshold(pcm, params, rate / 1000 * (START_US / 1000)) >= 0 &&
         snd_pcm_sw_params(pcm, params) >= 0;
    snd_pcm_sw_params_free(params);
    return ok;
}

static struct sound *open_device(const char *device, unsigned rate)
{
    struct card *card = calloc(1, sizeof(*card));
    snd_pcm_uframes_t buffer;

    if (card == NULL)
        return NULL;
    card->sound = (struct sound){card_write, card_finish, card_is_played, card_drop, card_close};
    card->rate = rate;
    if (snd_pcm_open(&card->pcm, device, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK) < 0) {
        free(card);
        return NULL;
    }
    if (snd_pcm_set_params(card->pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, rate, 1,
                           BUFFER_US) < 0 ||
        snd_pcm_get_params(card->pcm, &buffer, &card->period) < 0 ||
        !start_early(card->pcm, rate)) {
        snd_pcm_close(card->pcm);
        free(card);
        return NULL;
    }
    return &card->sound;
}

static struct sound *open_first_of(int number, unsigned rate, char name[SOUND_NAME_BYTES])
{
    struct sound *sound = NULL;
    snd_ctl_t *control;
    int device = -1;

    snprintf(name, SOUND_NAME_BYTES, "hw:%d", number);
    if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0)
        return NULL;
    /* Devices that only record are refused by open. */
    while (sound == NULL && snd_ctl_pcm_next_device(control, &device) >= 0 && device >= 0) {
        snprintf(name, SOUND_NAME_BYTES, "plughw:%d,%d", number, device);
        sound = open_device(name, rate);
    }
    snd_ctl_close(control);
    return sound;
}

/* The library prints its errors; ours are told in the caller's words. */
static void be_quiet(const char *file, int line, const char *function, int error,
                     const char *format, ...)
{
    (void)file;
    (void)line;
    (void)function;
    (void)error;
    (void)format;
}

struct sound *sound_open_alsa(const char *device, unsigned rate, char name[SOUND_NAME_BYTES])
{
    struct sound *sound = NULL;
    int number = -1;

    snd_lib_error_set_handler(be_quiet);
    if (device != NULL) {
        snprintf(name, SOUND_NAME_BYTES, "%s", device);
        return open_device(device, rate);
    }
    while (sound == NULL && snd_card_next(&number) >= 0 && number >= 0)
        sound = open_first_of(number, rate, name);
    return sound;
}
