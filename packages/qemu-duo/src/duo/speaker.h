/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_SPEAKER_H
#define DUO_SPEAKER_H

#include "qemu/osdep.h"

/* What a listener hears: signed 16-bit samples on their way to QEMU's audio backend. */
typedef struct DuoSpeaker DuoSpeaker;

/* `audiodev` is the backend's name; NULL: nobody listens. */
DuoSpeaker *duo_speaker_new(const char *name, const char *audiodev);

/* Play samples; what the backend cannot take in time is lost, the oldest first. */
void duo_speaker_play(DuoSpeaker *speaker, int rate_hz, int channels, const uint8_t *samples,
                      size_t size);

/* No more samples for now: the backend may rest when it has played all. */
void duo_speaker_stop(DuoSpeaker *speaker);

#endif
