/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_CODEC_H
#define DUO_CODEC_H

#include "qemu/osdep.h"

#include "block.h"

/* The chip's own converters: the DAC at the end of I2S3, the ADC at the beginning of I2S0. */
#define TYPE_DUO_DAC "duo-dac"
#define TYPE_DUO_ADC "duo-adc"

/* A converter's rate in Hz: `tick` says which family of rates it is of, `decimation` how many times
 * its highest one is halved. */
static inline int duo_codec_rate_hz(uint32_t tick, uint32_t decimation) {
    int highest = tick == 0x17 ? 44100 : tick == 0x19 ? 48000 : 64000;
    return highest >> decimation;
}

int duo_dac_rate_hz(DuoBlock *dac);
bool duo_dac_is_on(DuoBlock *dac);

int duo_adc_rate_hz(DuoBlock *adc);
bool duo_adc_is_on(DuoBlock *adc);

/* By how much the ADC amplifies its left input; 0 while that is muted, or no gain is chosen. */
double duo_adc_gain(DuoBlock *adc);

#endif
