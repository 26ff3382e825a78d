/*
 * Samples on their way to QEMU's audio backend.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "speaker.h"

#include "audio/audio.h"
#include "qapi/error.h"

#define RING (1 << 16) /* bytes: a second of 16 kHz stereo, in case the backend is late */

struct DuoSpeaker {
    QEMUSoundCard card;
    SWVoiceOut *voice;
    int rate_hz, channels;
    bool is_ending;
    uint8_t ring[RING];
    size_t taken, given; /* bytes since ever */
};

static void backend_wants(void *opaque, int free) {
    DuoSpeaker *speaker = opaque;
    while (free > 0 && speaker->taken < speaker->given) {
        size_t at = speaker->taken % RING;
        size_t size = MIN(MIN(free, RING - at), speaker->given - speaker->taken);
        size_t played = AUD_write(speaker->voice, speaker->ring + at, size);
        if (!played) {
            return;
        }
        speaker->taken += played;
        free -= played;
    }
    if (speaker->is_ending && speaker->taken == speaker->given) {
        AUD_set_active_out(speaker->voice, false);
    }
}

static void open_voice(DuoSpeaker *speaker, int rate_hz, int channels) {
    struct audsettings settings = {
        .freq = rate_hz,
        .nchannels = channels,
        .fmt = AUDIO_FORMAT_S16,
        .endianness = 0,
    };
    speaker->voice = AUD_open_out(&speaker->card, speaker->voice, speaker->card.name, speaker,
                                  backend_wants, &settings);
    speaker->rate_hz = rate_hz;
    speaker->channels = channels;
}

DuoSpeaker *duo_speaker_new(const char *name, const char *audiodev) {
    if (!audiodev) {
        return NULL;
    }
    DuoSpeaker *speaker = g_new0(DuoSpeaker, 1); /* for as long as the machine is there */
    speaker->card.state = audio_state_by_name(audiodev, &error_fatal);
    AUD_register_card(name, &speaker->card, &error_fatal);
    return speaker;
}

void duo_speaker_play(DuoSpeaker *speaker, int rate_hz, int channels, const uint8_t *samples,
                      size_t size) {
    if (!speaker) {
        return;
    }
    if (rate_hz != speaker->rate_hz || channels != speaker->channels) {
        open_voice(speaker, rate_hz, channels);
    }
    speaker->is_ending = false;
    AUD_set_active_out(speaker->voice, true);
    for (size_t i = 0; i < size; i++) {
        speaker->ring[(speaker->given + i) % RING] = samples[i];
    }
    speaker->given += size;
    if (speaker->given - speaker->taken > RING) {
        speaker->taken = speaker->given - RING;
    }
}

void duo_speaker_stop(DuoSpeaker *speaker) {
    if (speaker) {
        speaker->is_ending = true;
    }
}
