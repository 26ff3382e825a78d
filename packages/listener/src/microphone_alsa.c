/* SPDX-License-Identifier: MIT */
#include <alsa.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "decimator.h"
#include "microphone.h"
#include "voice.h"

#define FAST_RATE (3 * VOICE_RATE)
#define MOST_CHANNELS 2
/* Loading a page of the model must not lose sound. */
#define BUFFER_US 500000u
/* A card that gives nothing for so long does not work. */
#define STALL_MS 1000
#define NAME_BYTES 32

struct card {
    struct microphone microphone;
    snd_pcm_t *pcm;
    unsigned channels;
    bool is_fast; /* FAST_RATE, else VOICE_RATE */
    struct decimator decimator;
    int16_t frames[VOICE_FRAME * MOST_CHANNELS * 3];
};

/* Read exactly count frames of the card into card->frames. Returns false when it is lost. */
static bool read_frames(struct card *card, size_t count) {
    size_t have = 0;

    while (have < count) {
        snd_pcm_sframes_t got;
        int ready = snd_pcm_wait(card->pcm, STALL_MS);

        if (ready == 0) {
            return false;
        }
        got = snd_pcm_readi(card->pcm, card->frames + have * card->channels, count - have);
        if (got == -EAGAIN) {
            continue;
        }
        if (got < 0 && snd_pcm_recover(card->pcm, (int)got, 1) < 0) {
            return false;
        }
        have += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* The first channel alone: a microphone may be wired to one side only, and the other hum. */
static void keep_first_channel(struct card *card, size_t count) {
    for (size_t i = 0; i < count; i++) {
        card->frames[i] = card->frames[i * card->channels];
    }
}

static long card_read(struct microphone *microphone, int16_t *samples, size_t count) {
    struct card *card = (struct card *)microphone;
    size_t frames;

    count = count < VOICE_FRAME ? count : VOICE_FRAME;
    frames = card->is_fast ? 3 * count : count;
    if (!read_frames(card, frames)) {
        return -1;
    }
    keep_first_channel(card, frames);
    if (card->is_fast) {
        decimator_run(&card->decimator, card->frames, samples, count);
    } else {
        memcpy(samples, card->frames, count * sizeof(*samples));
    }
    return (long)count;
}

static void card_close(struct microphone *microphone) {
    struct card *card = (struct card *)microphone;

    snd_pcm_close(card->pcm);
    free(card);
}

static bool set_up(snd_pcm_t *pcm, unsigned channels, unsigned rate) {
    return snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, channels,
                              rate, 0, BUFFER_US) == 0;
}

/* Cards have one or two channels, and either of the rates. */
static bool choose(struct card *card) {
    for (int way = 0; way < 4; way++) {
        card->is_fast = way >= 2;
        card->channels = way % 2 == 0 ? 1 : 2;
        if (set_up(card->pcm, card->channels, card->is_fast ? FAST_RATE : VOICE_RATE)) {
            return true;
        }
    }
    return false;
}

static struct microphone *open_device(const char *device) {
    struct card *card = calloc(1, sizeof(*card));

    if (card == NULL) {
        return NULL;
    }
    card->microphone = (struct microphone){card_read, card_close};
    if (snd_pcm_open(&card->pcm, device, SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK) == 0) {
        if (choose(card) && snd_pcm_start(card->pcm) == 0) {
            return &card->microphone;
        }
        snd_pcm_close(card->pcm);
    }
    free(card);
    return NULL;
}

static struct microphone *open_first_of(int number) {
    struct microphone *microphone = NULL;
    char name[NAME_BYTES];
    snd_ctl_t *control;
    int device = -1;

    snprintf(name, sizeof(name), "hw:%d", number);
    if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0) {
        return NULL;
    }
    /* Devices that only play are refused by open. */
    while (microphone == NULL && snd_ctl_pcm_next_device(control, &device) >= 0 && device >= 0) {
        snprintf(name, sizeof(name), "hw:%d,%d", number, device);
        microphone = open_device(name);
    }
    snd_ctl_close(control);
    return microphone;
}

struct microphone *microphone_open_alsa(const char *device) {
    struct microphone *microphone = NULL;
    int number = -1;

    alsa_silence();
    if (device != NULL) {
        return open_device(device);
    }
    while (microphone == NULL && snd_card_next(&number) >= 0 && number >= 0) {
        microphone = open_first_of(number);
    }
    return microphone;
}
