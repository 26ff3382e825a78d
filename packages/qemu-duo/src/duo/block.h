/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_BLOCK_H
#define DUO_BLOCK_H

#include "qemu/osdep.h"

#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#include "qemu/log.h"

/*
 * A block of 32-bit registers. A register keeps what is written to it, unless the device that the
 * block belongs to says otherwise. Every access is noted (access.h).
 */
#define TYPE_DUO_BLOCK "duo-block"
OBJECT_DECLARE_TYPE(DuoBlock, DuoBlockClass, DUO_BLOCK)

struct DuoBlock {
    SysBusDevice parent;
    MemoryRegion region;
    qemu_irq irq;
    uint32_t *words; /* what the registers hold */
};

struct DuoBlockClass {
    SysBusDeviceClass parent;
    uint32_t size; /* bytes, a multiple of 4 */
    /* What a read of the register at `offset` returns. Without it: what the register holds. */
    uint32_t (*read)(DuoBlock *block, hwaddr offset);
    /* What a write of the whole register does; `was` is what it held. It holds the value now. */
    void (*written)(DuoBlock *block, hwaddr offset, uint32_t was);
    /* Values after a reset; all registers are 0 before. */
    void (*reset)(DuoBlock *block);
};

/* A block whose device has no more state: registers at an address that behave like this class. */
void duo_block_class(ObjectClass *oc, uint32_t size, uint32_t (*read)(DuoBlock *, hwaddr),
                     void (*written)(DuoBlock *, hwaddr, uint32_t), void (*reset)(DuoBlock *));

/* Create a device of a type derived from TYPE_DUO_BLOCK at `base`; `irq` may be NULL. */
DeviceState *duo_block_create(const char *type, hwaddr base, qemu_irq irq);
/* The same for a device whose properties have been set. */
void duo_block_place(DeviceState *device, hwaddr base, qemu_irq irq);

static inline uint32_t duo_word(DuoBlock *block, hwaddr offset) {
    return block->words[offset / 4];
}

static inline void duo_set_word(DuoBlock *block, hwaddr offset, uint32_t value) {
    block->words[offset / 4] = value;
}

#endif
