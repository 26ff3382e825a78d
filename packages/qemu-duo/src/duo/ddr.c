/*
 * Memory controller and PHY. Each training is done as soon as it is asked for: there is nothing to
 * train. Property "is-broken": the trainings never end, as with a broken memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#define TYPE_DUO_DDR "duo-ddr"
OBJECT_DECLARE_SIMPLE_TYPE(DuoDdr, DUO_DDR)

struct DuoDdr {
    DuoBlock parent;
    bool is_broken;
};

/* Offsets from 0x08000000: fsbl/plat/cv180x/ddr waits for these. */
#define DLL_STATUS 0x3014
#define DFI_STATUS 0x3028
#define DELAY_LINES 0x302c
#define PHY_UPDATE 0x3030
#define ZQ_STATUS 0x3440
#define TRAINING_STATUS 0x3444
#define OPERATING_MODE 0x4004
#define DFI_INIT_STATUS 0x41bc
#define PORTS_BUSY 0x43fc
#define PLL_STATUS 0x6010
#define SELF_TEST_STATUS 0x10080

static uint32_t ddr_read(DuoBlock *block, hwaddr offset) {
    uint32_t value = duo_word(block, offset);
    switch (offset) {
    case DLL_STATUS:
        return 0x00010001; /* both locked */
    case DFI_STATUS:
        return 0x00000100; /* dfi_init_start */
    case DELAY_LINES:
        return 0xffffffff; /* all updated */
    case PHY_UPDATE:
        return 0x01000300; /* asked for, granted, done */
    case ZQ_STATUS:
        return 0x00010000; /* calibrated */
    case TRAINING_STATUS:  /* write levelling, read gate, read eye, write eye */
        return DUO_DDR(block)->is_broken ? 0 : 0xf;
    case OPERATING_MODE:
        return deposit32(value, 0, 3, 1); /* normal */
    case DFI_INIT_STATUS:
        return value | 1; /* complete */
    case PORTS_BUSY:
        return 0;
    case PLL_STATUS:
        return value | 1 << 15; /* locked */
    case SELF_TEST_STATUS:
        return deposit32(value, 2, 2, 1); /* done, passed */
    default:
        return value;
    }
}

static const Property ddr_properties[] = {
    DEFINE_PROP_BOOL("is-broken", DuoDdr, is_broken, false),
};

static void ddr_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x11000, ddr_read, NULL, NULL);
    device_class_set_props(DEVICE_CLASS(oc), ddr_properties);
}

static const TypeInfo ddr_info = {
    .name = TYPE_DUO_DDR,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoDdr),
    .class_init = ddr_class_init,
};

static void ddr_types(void) {
    type_register_static(&ddr_info);
}
type_init(ddr_types)
