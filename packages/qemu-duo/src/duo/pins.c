/*
 * The board's pins as text: for buttons that a test presses, and a LED that it sees.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pins.h"

#include "chardev/char-fe.h"
#include "gpio.h"
#include "hw/irq.h"
#include "qapi/error.h"
#include "qemu/error-report.h"

#define LINE 16

typedef struct Pins {
    CharBackend chardev;
    DeviceState *ports[DUO_PORTS];
    char typed[LINE];
    size_t length;
} Pins;

static void tell(void *opaque, int number, int level) {
    Pins *pins = opaque;
    g_autofree char *line = g_strdup_printf("%c%d=%d\n", 'A' + number / DUO_GPIO_LINES,
                                            number % DUO_GPIO_LINES, level != 0);
    qemu_chr_fe_write_all(&pins->chardev, (const uint8_t *)line, strlen(line));
}

static void obey(Pins *pins) {
    char port, rest;
    unsigned line, level;
    bool is_whole = sscanf(pins->typed, "%c%u=%u%c", &port, &line, &level, &rest) == 3;
    if (!is_whole || port < 'A' || port >= 'A' + DUO_PORTS || line >= DUO_GPIO_LINES || level > 1) {
        warn_report("milkv-duo: pins: '%s' is not like A28=0", pins->typed);
        return;
    }
    qemu_set_irq(qdev_get_gpio_in(pins->ports[port - 'A'], line), level);
}

static int room(void *opaque) {
    return LINE;
}

static void receive(void *opaque, const uint8_t *data, int size) {
    Pins *pins = opaque;
    for (int i = 0; i < size; i++) {
        if (data[i] == '\n') {
            pins->typed[pins->length] = 0;
            pins->length = 0;
            obey(pins);
        } else if (pins->length < LINE - 1) {
            pins->typed[pins->length++] = data[i];
        }
    }
}

void duo_pins_connect(Chardev *chardev, DeviceState *ports[DUO_PORTS]) {
    Pins *pins = g_new0(Pins, 1); /* for as long as the machine is there */
    memcpy(pins->ports, ports, sizeof(pins->ports));
    qemu_irq *told = qemu_allocate_irqs(tell, pins, DUO_PORTS * DUO_GPIO_LINES);
    for (int i = 0; i < DUO_PORTS * DUO_GPIO_LINES; i++) {
        qdev_connect_gpio_out(ports[i / DUO_GPIO_LINES], i % DUO_GPIO_LINES, told[i]);
    }
    qemu_chr_fe_init(&pins->chardev, chardev, &error_fatal);
    qemu_chr_fe_set_handlers(&pins->chardev, room, receive, NULL, NULL, pins, NULL, true);
}
