/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUO_PINS_H
#define DUO_PINS_H

#include "qemu/osdep.h"

#include "chardev/char.h"
#include "hw/qdev-core.h"

#define DUO_PORTS 5 /* A to D, and E, which has power before the others */

/*
 * Let whoever is at the other end of `chardev` see and set the pins of all ports, one line of text
 * for each change: "C24=1" is told when the chip drives line 24 of port C high; "A28=0" pulls line
 * 28 of port A low.
 */
void duo_pins_connect(Chardev *chardev, DeviceState *ports[DUO_PORTS]);

#endif
