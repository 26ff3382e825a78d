/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_I2S_H
#define DUO_I2S_H

#include "qemu/osdep.h"

#include "block.h"
#include "speaker.h"

/* An I2S port. I2S3 leads to the on-chip DAC, the others to pins of the board. */
#define TYPE_DUO_I2S "duo-i2s"
OBJECT_DECLARE_SIMPLE_TYPE(DuoI2s, DUO_I2S)

#define TYPE_DUO_DAC "duo-dac"

/* What hears the port; `dac` is in between, or NULL. */
void duo_i2s_connect(DuoI2s *i2s, DuoSpeaker *speaker, DuoBlock *dac);

/* The port whose transmit FIFO is at this address; NULL: there is none. */
DuoI2s *duo_i2s_at(hwaddr address);

/* Whether the port takes samples from memory now. */
bool duo_i2s_is_playing(DuoI2s *i2s);

/* Take samples; returns for how many ns they last. */
int64_t duo_i2s_play(DuoI2s *i2s, const uint8_t *samples, size_t size);

/* The DAC's rate in Hz, and whether it is on. */
int duo_dac_rate_hz(DuoBlock *dac);
bool duo_dac_is_on(DuoBlock *dac);

#endif
