/*
 * USB controller (DesignWare OTG): its identity and its resets, so that a driver binds. Nothing is
 * at the other end of the cable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#define GUSBCFG 0x00c
#define FORCE_HOST 29
#define GRSTCTL 0x010
#define GRSTCTL_IDLE 0xa0000000 /* AHB idle, core reset done */
#define GRSTCTL_KEPT 0x000000c0 /* flushes end at once, the FIFO number stays */
#define GINTSTS 0x014
#define GRXFSIZ 0x024
#define GNPTXFSIZ 0x028
#define GSNPSID 0x040
#define GHWCFG1 0x044
#define GHWCFG2 0x048
#define GHWCFG3 0x04c
#define GHWCFG4 0x050
#define HPTXFSIZ 0x100
#define DPTXFSIZ_1 0x104
#define DEDICATED_FIFOS 6

static uint32_t usb_read(DuoBlock *block, hwaddr offset) {
    uint32_t value = duo_word(block, offset);
    switch (offset) {
    case GRSTCTL:
        return (value & GRSTCTL_KEPT) | GRSTCTL_IDLE;
    case GINTSTS: /* bit 0: host or device, as forced */
        return deposit32(value, 0, 1, extract32(duo_word(block, GUSBCFG), FORCE_HOST, 1));
    case GSNPSID:
        return 0x4f54420a;
    case GHWCFG1:
        return 0; /* all endpoints go both ways */
    case GHWCFG2:
        return 0x2249dc50; /* 7 endpoints beside 0, 8 channels, internal DMA */
    case GHWCFG3:
        return 0x0c0004e8; /* 3072 words of FIFO */
    case GHWCFG4:
        return 0x5a00a030; /* a FIFO of its own for each of 6 IN endpoints */
    default:
        return value;
    }
}

static void usb_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    if (offset == GINTSTS) { /* write 1 to clear */
        duo_set_word(block, offset, was & ~duo_word(block, offset));
    }
}

static void usb_reset(DuoBlock *block) {
    duo_set_word(block, GRXFSIZ, 0x400);
    duo_set_word(block, GNPTXFSIZ, 0x2000400);
    duo_set_word(block, HPTXFSIZ, 0x4000600);
    for (int i = 0; i < DEDICATED_FIFOS; i++) {
        duo_set_word(block, DPTXFSIZ_1 + 4 * i, (i ? 0x200 : 0x300) << 16 | 0x600);
    }
}

static void usb_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x10000, usb_read, usb_written, usb_reset);
}

static const TypeInfo usb_info = {
    .name = "duo-usb",
    .parent = TYPE_DUO_BLOCK,
    .class_init = usb_class_init,
};

static void usb_types(void) {
    type_register_static(&usb_info);
}
type_init(usb_types)
