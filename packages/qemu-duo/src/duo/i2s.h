/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_I2S_H
#define DUO_I2S_H

#include "qemu/osdep.h"

#include "block.h"
#include "codec.h"
#include "microphone.h"
#include "speaker.h"

/* An I2S port. I2S3 leads to the on-chip DAC, I2S0 comes from the ADC; the others lead to pins. */
#define TYPE_DUO_I2S "duo-i2s"
OBJECT_DECLARE_SIMPLE_TYPE(DuoI2s, DUO_I2S)

/* What hears the port; `dac` is in between, or NULL. */
void duo_i2s_connect_speaker(DuoI2s *i2s, DuoSpeaker *speaker, DuoBlock *dac);

/* What the port hears, through `adc`, whose clock is made by the port `clock`. */
void duo_i2s_connect_microphone(DuoI2s *i2s, DuoMicrophone *microphone, DuoBlock *adc,
                                DuoI2s *clock);

/* The port whose transmit or receive FIFO is at this address; NULL: there is none. */
DuoI2s *duo_i2s_transmitter_at(hwaddr address);
DuoI2s *duo_i2s_receiver_at(hwaddr address);

/* Whether the port moves samples now. */
bool duo_i2s_is_running(DuoI2s *i2s);

/* For how many ns so many bytes last. */
int64_t duo_i2s_duration_ns(DuoI2s *i2s, size_t size);

/* Play samples, or record some. */
void duo_i2s_play(DuoI2s *i2s, const uint8_t *samples, size_t size);
void duo_i2s_record(DuoI2s *i2s, uint8_t *samples, size_t size);

#endif
