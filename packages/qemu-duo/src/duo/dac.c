/*
 * The on-chip DAC, at the end of I2S3. Its own volume is not applied.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "codec.h"

#define CONTROL 0x00
#define IS_ON 1
#define DECIMATION 0x04
#define TICK 0x0c

int duo_dac_rate_hz(DuoBlock *dac) {
    return duo_codec_rate_hz(extract32(duo_word(dac, TICK), 0, 6),
                             extract32(duo_word(dac, DECIMATION), 0, 2));
}

bool duo_dac_is_on(DuoBlock *dac) {
    return duo_word(dac, CONTROL) & IS_ON;
}

static void dac_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x100, NULL, NULL, NULL);
}

static const TypeInfo dac_info = {
    .name = TYPE_DUO_DAC,
    .parent = TYPE_DUO_BLOCK,
    .class_init = dac_class_init,
};

static void dac_types(void) {
    type_register_static(&dac_info);
}
type_init(dac_types)
