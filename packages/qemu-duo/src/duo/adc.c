/*
 * The on-chip ADC, at the beginning of I2S0: its rate and its amplifier.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "codec.h"

#include <math.h>

#define CONTROL 0x00
#define IS_ON 3 /* the converter, and its way to I2S0 */
#define DECIMATION 0x04
#define CLOCK 0x0c
#define TICK_SHIFT 16
#define GAIN 0x10 /* of the left input; the right one's is in the upper half */
#define STEPS 13  /* one bit of these is set: 2 dB for each bit below it */
#define COARSE_SHIFT 13
#define MUTE 0x18
#define LEFT_IS_MUTE 1

int duo_adc_rate_hz(DuoBlock *adc) {
    return duo_codec_rate_hz(extract32(duo_word(adc, CLOCK), TICK_SHIFT, 8),
                             extract32(duo_word(adc, DECIMATION), 0, 2));
}

bool duo_adc_is_on(DuoBlock *adc) {
    return (duo_word(adc, CONTROL) & IS_ON) == IS_ON;
}

/* 0x0001 is 0 dB, 0x1000 is 24 dB; the next bit adds 6 dB, and the last two 6 dB times a number. */
double duo_adc_gain(DuoBlock *adc) {
    uint32_t gain = duo_word(adc, GAIN);
    uint32_t step = extract32(gain, 0, STEPS);
    if (!step || duo_word(adc, MUTE) & LEFT_IS_MUTE) {
        return 0;
    }
    int coarse = extract32(gain, COARSE_SHIFT, 1) + extract32(gain, COARSE_SHIFT + 1, 2);
    return pow(10, (2 * ctz32(step) + 6 * coarse) / 20.0);
}

static void adc_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x100, NULL, NULL, NULL);
}

static const TypeInfo adc_info = {
    .name = TYPE_DUO_ADC,
    .parent = TYPE_DUO_BLOCK,
    .class_init = adc_class_init,
};

static void adc_types(void) {
    type_register_static(&adc_info);
}
type_init(adc_types)
