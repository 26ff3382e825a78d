/*
 * A port of general-purpose lines (DesignWare APB GPIO, port A of it only). Inputs are not
 * debounced.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gpio.h"

#include "block.h"

OBJECT_DECLARE_SIMPLE_TYPE(DuoGpio, DUO_GPIO)

#define DATA 0x00
#define DIRECTION 0x04 /* 1: output */
#define INT_ENABLE 0x30
#define INT_MASK 0x34
#define INT_IS_EDGE 0x38
#define INT_IS_HIGH 0x3c /* or rising */
#define INT_STATUS 0x40
#define INT_RAW 0x44
#define CLEAR_EDGE 0x4c
#define PINS 0x50

struct DuoGpio {
    DuoBlock parent;
    qemu_irq out[DUO_GPIO_LINES];
    uint32_t idle;
    uint32_t outside; /* what the pins' other ends say */
    uint32_t driven;  /* what was last told to `out` */
    uint32_t edges;   /* seen, not yet cleared */
};

static uint32_t pins(DuoGpio *gpio) {
    uint32_t outputs = duo_word(&gpio->parent, DIRECTION);
    return (duo_word(&gpio->parent, DATA) & outputs) | (gpio->outside & ~outputs);
}

static uint32_t raw_interrupts(DuoGpio *gpio) {
    DuoBlock *block = &gpio->parent;
    uint32_t edge = duo_word(block, INT_IS_EDGE);
    uint32_t level = ~(pins(gpio) ^ duo_word(block, INT_IS_HIGH));
    return ((gpio->edges & edge) | (level & ~edge)) & duo_word(block, INT_ENABLE);
}

static uint32_t interrupts(DuoGpio *gpio) {
    return raw_interrupts(gpio) & ~duo_word(&gpio->parent, INT_MASK);
}

static void tell_changes(DuoGpio *gpio) {
    uint32_t driven = duo_word(&gpio->parent, DATA) & duo_word(&gpio->parent, DIRECTION);
    uint32_t changed = driven ^ gpio->driven;
    gpio->driven = driven;
    for (int line = 0; line < DUO_GPIO_LINES; line++) {
        if (extract32(changed, line, 1)) {
            qemu_set_irq(gpio->out[line], extract32(driven, line, 1));
        }
    }
    qemu_set_irq(gpio->parent.irq, interrupts(gpio) != 0);
}

static void pin_changed(void *opaque, int line, int level) {
    DuoGpio *gpio = DUO_GPIO(opaque);
    uint32_t before = pins(gpio);
    gpio->outside = deposit32(gpio->outside, line, 1, level != 0);
    uint32_t changed = before ^ pins(gpio);
    gpio->edges |= changed & ~(pins(gpio) ^ duo_word(&gpio->parent, INT_IS_HIGH));
    tell_changes(gpio);
}

static uint32_t gpio_read(DuoBlock *block, hwaddr offset) {
    switch (offset) {
    case INT_STATUS:
        return interrupts(DUO_GPIO(block));
    case INT_RAW:
        return raw_interrupts(DUO_GPIO(block));
    case PINS:
        return pins(DUO_GPIO(block));
    default:
        return duo_word(block, offset);
    }
}

static void gpio_written(DuoBlock *block, hwaddr offset, uint32_t was) {
    if (offset == CLEAR_EDGE) {
        DUO_GPIO(block)->edges &= ~duo_word(block, offset);
    }
    tell_changes(DUO_GPIO(block));
}

static void gpio_reset(DuoBlock *block) {
    DUO_GPIO(block)->edges = 0;
    tell_changes(DUO_GPIO(block));
}

static void gpio_init(Object *object) {
    DuoGpio *gpio = DUO_GPIO(object);
    qdev_init_gpio_in(DEVICE(object), pin_changed, DUO_GPIO_LINES);
    qdev_init_gpio_out(DEVICE(object), gpio->out, DUO_GPIO_LINES);
}

static void gpio_realize(DeviceState *device, Error **errp) {
    DUO_GPIO(device)->outside = DUO_GPIO(device)->idle;
}

static const Property gpio_properties[] = {
    DEFINE_PROP_UINT32("idle", DuoGpio, idle, 0),
};

static void gpio_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, gpio_read, gpio_written, gpio_reset);
    DEVICE_CLASS(oc)->realize = gpio_realize;
    device_class_set_props(DEVICE_CLASS(oc), gpio_properties);
}

static const TypeInfo gpio_info = {
    .name = TYPE_DUO_GPIO,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoGpio),
    .instance_init = gpio_init,
    .class_init = gpio_class_init,
};

static void gpio_types(void) {
    type_register_static(&gpio_info);
}
type_init(gpio_types)
