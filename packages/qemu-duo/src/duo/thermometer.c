/*
 * The chip's thermometer. Property "celsius": what it shows; may change while the machine runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "block.h"
#include "qapi/error.h"
#include "qapi/visitor.h"

#define TYPE_DUO_THERMOMETER "duo-thermometer"
OBJECT_DECLARE_SIMPLE_TYPE(DuoThermometer, DUO_THERMOMETER)

#define RESULT 0x020
#define ROOM_CELSIUS 35
#define ZERO_CELSIUS 273

struct DuoThermometer {
    DuoBlock parent;
    int64_t celsius;
};

static uint32_t thermometer_read(DuoBlock *block, hwaddr offset) {
    if (offset != RESULT) {
        return duo_word(block, offset);
    }
    /* celsius = result * 716 / 2048 - 273: linux_5.10/drivers/thermal/cv180x_thermal.c */
    return (DUO_THERMOMETER(block)->celsius + ZERO_CELSIUS) * 2048 / 716;
}

static void thermometer_get(Object *object, Visitor *visitor, const char *name, void *opaque,
                            Error **errp) {
    visit_type_int(visitor, name, &DUO_THERMOMETER(object)->celsius, errp);
}

static void thermometer_set(Object *object, Visitor *visitor, const char *name, void *opaque,
                            Error **errp) {
    int64_t celsius;
    if (!visit_type_int(visitor, name, &celsius, errp)) {
        return;
    }
    if (celsius < -40 || celsius > 150) {
        error_setg(errp, "%s: %" PRId64 " is not between -40 and 150", name, celsius);
        return;
    }
    DUO_THERMOMETER(object)->celsius = celsius;
}

static void thermometer_init(Object *object) {
    DUO_THERMOMETER(object)->celsius = ROOM_CELSIUS;
}

static void thermometer_class_init(ObjectClass *oc, void *data) {
    duo_block_class(oc, 0x1000, thermometer_read, NULL, NULL);
    object_class_property_add(oc, "celsius", "int", thermometer_get, thermometer_set, NULL, NULL);
}

static const TypeInfo thermometer_info = {
    .name = TYPE_DUO_THERMOMETER,
    .parent = TYPE_DUO_BLOCK,
    .instance_size = sizeof(DuoThermometer),
    .instance_init = thermometer_init,
    .class_init = thermometer_class_init,
};

static void thermometer_types(void) {
    type_register_static(&thermometer_info);
}
type_init(thermometer_types)
