/*
 * A block of 32-bit registers: what all devices of this chip have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"

#include "access.h"
#include "qapi/error.h"

static uint32_t word_read(DuoBlock *block, hwaddr offset) {
    DuoBlockClass *class = DUO_BLOCK_GET_CLASS(block);
    return class->read ? class->read(block, offset) : duo_word(block, offset);
}

static uint64_t block_read(void *opaque, hwaddr offset, unsigned size) {
    DuoBlock *block = opaque;
    uint64_t value = word_read(block, offset & ~3ULL) >> (8 * (offset & 3));
    if (size == 8) {
        value |= (uint64_t)word_read(block, offset + 4) << 32;
    } else {
        value = extract64(value, 0, 8 * size);
    }
    duo_access(DUO_READ, block->region.addr + offset, value, size);
    return value;
}

static void word_write(DuoBlock *block, hwaddr offset, uint32_t value) {
    DuoBlockClass *class = DUO_BLOCK_GET_CLASS(block);
    uint32_t was = duo_word(block, offset);
    duo_set_word(block, offset, value);
    if (class->written) {
        class->written(block, offset, was);
    }
}

static void block_write(void *opaque, hwaddr offset, uint64_t value, unsigned size) {
    DuoBlock *block = opaque;
    duo_access(DUO_WRITE, block->region.addr + offset, value, size);
    if (size < 4) {
        uint32_t held = duo_word(block, offset & ~3ULL);
        word_write(block, offset & ~3ULL, deposit32(held, 8 * (offset & 3), 8 * size, value));
        return;
    }
    word_write(block, offset, value);
    if (size == 8) {
        word_write(block, offset + 4, value >> 32);
    }
}

static const MemoryRegionOps block_ops = {
    .read = block_read,
    .write = block_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 8},
    .impl = {.min_access_size = 1, .max_access_size = 8},
};

static void block_reset(Object *object, ResetType type) {
    DuoBlock *block = DUO_BLOCK(object);
    DuoBlockClass *class = DUO_BLOCK_GET_CLASS(block);
    memset(block->words, 0, class->size);
    if (class->reset) {
        class->reset(block);
    }
}

static void block_instance_init(Object *object) {
    DuoBlock *block = DUO_BLOCK(object);
    DuoBlockClass *class = DUO_BLOCK_GET_CLASS(block);
    block->words = g_malloc0(class->size);
    memory_region_init_io(&block->region, object, &block_ops, block, object_get_typename(object),
                          class->size);
    sysbus_init_mmio(SYS_BUS_DEVICE(block), &block->region);
    sysbus_init_irq(SYS_BUS_DEVICE(block), &block->irq);
}

static void block_instance_finalize(Object *object) {
    g_free(DUO_BLOCK(object)->words);
}

static void block_class_init(ObjectClass *oc, void *data) {
    RESETTABLE_CLASS(oc)->phases.hold = block_reset;
}

void duo_block_class(ObjectClass *oc, uint32_t size, uint32_t (*read)(DuoBlock *, hwaddr),
                     void (*written)(DuoBlock *, hwaddr, uint32_t), void (*reset)(DuoBlock *)) {
    DuoBlockClass *class = DUO_BLOCK_CLASS(oc);
    class->size = size;
    class->read = read;
    class->written = written;
    class->reset = reset;
}

void duo_block_place(DeviceState *device, hwaddr base, qemu_irq irq) {
    SysBusDevice *bus = SYS_BUS_DEVICE(device);
    sysbus_realize_and_unref(bus, &error_fatal);
    sysbus_mmio_map(bus, 0, base);
    if (irq) {
        sysbus_connect_irq(bus, 0, irq);
    }
}

DeviceState *duo_block_create(const char *type, hwaddr base, qemu_irq irq) {
    DeviceState *device = qdev_new(type);
    duo_block_place(device, base, irq);
    return device;
}

static const TypeInfo block_info = {
    .name = TYPE_DUO_BLOCK,
    .parent = TYPE_SYS_BUS_DEVICE,
    .abstract = true,
    .instance_size = sizeof(DuoBlock),
    .instance_init = block_instance_init,
    .instance_finalize = block_instance_finalize,
    .class_size = sizeof(DuoBlockClass),
    .class_init = block_class_init,
};

static void block_types(void) {
    type_register_static(&block_info);
}
type_init(block_types)
