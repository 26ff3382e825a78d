/*
 * One-time programmable bits. The controller is always idle; programming has no effect.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#define STATUS 0x010
#define IS_BUSY 1
#define LOCKS 0x198
#define SERIAL_NUMBER_LOCKS 0x18 /* set: else BL2 programs them */

static uint32_t efuse_read(DuoBlock *block, hwaddr offset) {
    uint32_t value = duo_word(block, offset);
    switch (offset) {
    case STATUS:
        return value & ~IS_BUSY;
    case LOCKS:
        return value | SERIAL_NUMBER_LOCKS;
    default:
        return value;
    }
}

static void efuse_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x2000, efuse_read, NULL, NULL);
}

static const TypeInfo efuse_info = {
    .name = "duo-efuse",
    .parent = TYPE_DUO_BLOCK,
    .class_init = efuse_class_init,
};

static void efuse_types(void) {
    type_register_static(&efuse_info);
}
type_init(efuse_types)
