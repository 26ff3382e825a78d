/*
 * Top registers of the chip: what is in the package.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#define CONF_INFO 0x004
#define PACKAGE_SHIFT 28
#define PACKAGE_LENGTH 3
#define QFN68_512MBIT_DDR2 3

static uint32_t chip_read(DuoBlock *block, hwaddr offset) {
    uint32_t value = duo_word(block, offset);
    if (offset == CONF_INFO) {
        return deposit32(value, PACKAGE_SHIFT, PACKAGE_LENGTH, QFN68_512MBIT_DDR2);
    }
    return value;
}

static void chip_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, chip_read, NULL, NULL);
}

static const TypeInfo chip_info = {
    .name = "duo-chip",
    .parent = TYPE_DUO_BLOCK,
    .class_init = chip_class_init,
};

static void chip_types(void) {
    type_register_static(&chip_info);
}
type_init(chip_types)
