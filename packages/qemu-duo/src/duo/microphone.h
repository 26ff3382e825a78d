/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_MICROPHONE_H
#define DUO_MICROPHONE_H

#include "qemu/osdep.h"

/*
 * What is at the microphone's pad: a WAV file, from its beginning each time that a recording
 * begins, then silence. The file may be another one by then.
 */
typedef struct DuoMicrophone DuoMicrophone;

/* `path` of a WAV file with samples of 16 bits; of two channels the first is heard. NULL: silence.
 * Fails the start of the machine, with a message, if it is no such file. */
DuoMicrophone *duo_microphone_new(const char *path);

/* A recording begins. */
void duo_microphone_begin(DuoMicrophone *microphone);

/* The next sample at this rate; 1 is the full scale of the file. */
double duo_microphone_next(DuoMicrophone *microphone, int rate_hz);

#endif
